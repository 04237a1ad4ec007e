import util from 'node:util'; // its member `styleText` is not in every Node.js, which a named import would need

/** How the parts of the console's lines are coloured. */
export interface Paint {
  name(text: string): string;
  url(text: string): string;
  warning(text: string): string;
  error(text: string): string;
  faint(text: string): string;
}

/** For files, pipes and tests. */
export const plain: Paint = { name: same, url: same, warning: same, error: same, faint: same };

/** For terminals. */
export const coloured: Paint = {
  name: styled('yellow'),
  url: styled('green'),
  warning: styled('yellow'),
  error: styled('red'),
  faint: styled('gray'),
};

/** Colours only on a terminal that supports them; NO_COLOR and FORCE_COLOR work as in Node. */
export function paintFor(stream: { readonly isTTY?: boolean; hasColors?(): boolean }): Paint {
  return stream.isTTY && stream.hasColors?.() ? coloured : plain;
}

function same(text: string): string {
  return text;
}

function styled(colour: 'yellow' | 'green' | 'red' | 'gray'): (text: string) => string {
  return (text) => util.styleText(colour, text, { validateStream: false });
}
