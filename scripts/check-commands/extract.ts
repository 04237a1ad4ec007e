// Finds the commands that a Markdown document names: in fenced blocks, in inline code and in cells of tables. Each comes back
// in one form, whatever prompt, continuation or shell it was written for, so that a table can be keyed by it.

export interface NamedCommand {
  /** The command in its normal form: one line, one space between words, POSIX assignments first. */
  readonly text: string;
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** What the text beside it says that it needs, such as `Azure`; see docs/recipes/name-a-command.md. */
  readonly marks: readonly string[];
}

export interface ExtractOptions {
  /** Names of npm scripts. Inline code that is one of those with a colon in it (`bench:get`) stands for `npm run` of it. */
  readonly scripts: readonly string[];
}

const PROGRAMS = /^(?:npm|npx|lazurite|func|lazurite-cosmos|node|docker|azd|az|curl|git)(?:\.cmd|\.exe)?(?=\s)/;
const FENCE = /^\s*(`{3,}|~{3,})\s*([\w-]*)/;
const SHELLS = new Set(['sh', 'bash', 'shell', 'zsh', 'powershell', 'pwsh', 'ps1', 'cmd', 'bat']);
/** Fences that show a session, or whose language nobody named: only lines that are recognised count. */
const MIXED = new Set(['', 'console', 'text', 'txt', 'shell-session']);
const PROMPT = /^(?:\$|%|PS(?: [A-Za-z]:[^>]*)?>|[A-Za-z]:\\[^>]*>)\s+/;
const COMMENT = /^(?:#|::|rem\b)/i;
const CONTINUATION = /(?:\\|\^|\s`)$/;
const MARK = /\(needs (\w+)\)/g;
const COMMENT_MARK = /^(?:#|::|rem)\s*needs (\w+)$/i;
const HEADING = /^(#{1,6})\s/;
const BEGINS_A_BLOCK = /^\s*(?:[-*+] |\d+[.)] |\|)|^#{1,6}\s/;
const INLINE = /(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g;

interface Block {
  readonly line: number;
  readonly lines: readonly string[];
  /** The language of a fence; undefined in prose. */
  readonly language?: string;
}

export function extractCommands(markdown: string, options: ExtractOptions): NamedCommand[] {
  const commands: NamedCommand[] = [];
  const headings: { level: number; marks: string[] }[] = [];
  let before: string[] = [];
  for (const block of blocksOf(markdown)) {
    if (block.language !== undefined) {
      commands.push(...commandsOfFence(block, [...headings.flatMap(({ marks }) => marks), ...before], options));
      continue;
    }
    const level = HEADING.exec(block.lines[0] ?? '')?.[1]?.length;
    before = marksOf(block.lines.join(' '));
    if (level !== undefined) {
      while (headings.length > 0 && (headings.at(-1)?.level ?? 0) >= level) headings.pop();
      headings.push({ level, marks: before });
      before = [];
    }
    commands.push(
      ...commandsOfProse(
        block,
        headings.flatMap(({ marks }) => marks),
        options,
      ),
    );
  }
  return commands;
}

/** Prose ends at a blank line, a heading, a list item, a row of a table or a fence; a fence ends where it is closed. */
function blocksOf(markdown: string): Block[] {
  const lines = markdown.split(/\r?\n/);
  const blocks: Block[] = [];
  let prose: string[] | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const fence = FENCE.exec(line);
    if (fence !== null) {
      const end = endOfFence(lines, at, fence[1] ?? '```');
      blocks.push({ line: at + 2, lines: lines.slice(at + 1, end), language: (fence[2] ?? '').toLowerCase() });
      at = end;
      prose = undefined;
    } else if (line.trim() === '') {
      prose = undefined;
    } else if (prose === undefined || BEGINS_A_BLOCK.test(line) || HEADING.test(prose[0] ?? '')) {
      prose = [line];
      blocks.push({ line: at + 1, lines: prose });
    } else {
      prose.push(line);
    }
  }
  return blocks;
}

function endOfFence(lines: readonly string[], start: number, opening: string): number {
  const end = lines.findIndex(
    (line, at) => at > start && line.trim().startsWith(opening) && /^[`~]+$/.test(line.trim()),
  );
  return end === -1 ? lines.length : end;
}

function commandsOfFence(block: Block, marks: readonly string[], options: ExtractOptions): NamedCommand[] {
  const language = block.language ?? '';
  const isShell = SHELLS.has(language);
  if (!isShell && !MIXED.has(language)) return [];
  const logical = joinContinued(block);
  // Where one line has a prompt, those without are what the commands print.
  const hasPrompts = logical.some(({ text }) => PROMPT.test(text));
  const marksHere = logical.flatMap(({ text }) => COMMENT_MARK.exec(text)?.[1] ?? []);
  const all = [...marks, ...marksHere];
  return logical
    .filter(({ text }) => text !== '' && !COMMENT.test(text) && (!hasPrompts || PROMPT.test(text)))
    .flatMap(({ text, line }) => {
      const command = normalise(text);
      if (isShell || hasPrompts || isCommand(command)) return [{ text: command, line, marks: all }];
      // A plan of folders, say, which describes with inline code.
      return commandsOfProse({ line, lines: [text] }, all, options);
    });
}

/** Lines that end with `\`, `^` or a backtick go on in the next. */
function joinContinued(block: Block): { text: string; line: number }[] {
  const logical: { text: string; line: number }[] = [];
  let open = false;
  block.lines.forEach((raw, index) => {
    const continues = CONTINUATION.test(raw.trimEnd());
    const text = continues ? raw.trim().replace(/\s*[\\^`]$/, '') : raw.trim();
    const last = logical.at(-1);
    if (open && last !== undefined) last.text = `${last.text} ${text}`;
    else logical.push({ text, line: block.line + index });
    open = continues;
  });
  return logical;
}

function commandsOfProse(block: Block, marks: readonly string[], options: ExtractOptions): NamedCommand[] {
  const text = block.lines.join('\n');
  const all = [...marks, ...marksOf(text)];
  return [...text.matchAll(INLINE)].flatMap((match) => {
    const code = (match[2] ?? '').trim();
    const command = code.includes(':') && options.scripts.includes(code) ? `npm run ${code}` : normalise(code);
    const line = block.line + text.slice(0, match.index).split('\n').length - 1;
    return isCommand(command) ? [{ text: command, line, marks: all }] : [];
  });
}

function marksOf(text: string): string[] {
  return [...text.matchAll(MARK)].map((match) => match[1] ?? '');
}

function isCommand(text: string): boolean {
  return PROGRAMS.test(`${text.replace(/^(?:[A-Za-z_]\w*=(?:'[^']*'|"[^"]*"|\S*)\s+)+/, '')} `) && /\s/.test(text);
}

/** Takes away prompts, descriptions and comments; writes assignments of Windows' shells as POSIX has them. */
function normalise(raw: string): string {
  const text = withoutDescription(raw.replace(PROMPT, ''))
    .replace(/^(?:\$env:\w+\s*=\s*(?:'[^']*'|"[^"]*"|[^;]*);\s*)+/, (assignments) =>
      assignments.replace(/\$env:(\w+)\s*=\s*([^;]*);\s*/g, '$1=$2 '),
    )
    .replace(/^(?:set \w+=[^&]*&&\s*)+/i, (assignments) => assignments.replace(/set (\w+=[^&]*?)\s*&&\s*/gi, '$1 '))
    .replace(/(?<=^|\s)(npm|npx|func|lazurite|node)\.(?:cmd|exe)(?=\s)/g, '$1');
  return text.replace(/'[^']*'|"[^"]*"|\s+/g, (part) => (part.trim() === '' ? ' ' : part)).trim();
}

/** In a fence ` #`, and two or more spaces, begin what is said of the command; not inside quotes. */
function withoutDescription(text: string): string {
  const match = /^(?:'[^']*'|"[^"]*"|(?!\s#|\s{2}).)*/.exec(text);
  return (match?.[0] ?? text).trim();
}
