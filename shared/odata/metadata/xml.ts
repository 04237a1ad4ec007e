/** One XML element; attributes that are undefined are left out. It has children or a text. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly children: readonly XmlElement[];
  readonly content?: string | undefined;
}

export function element(
  name: string,
  attributes: XmlElement['attributes'] = {},
  children: readonly XmlElement[] = [],
  content?: string,
): XmlElement {
  return { name, attributes, children, content };
}

/** Writes a document in UTF-8 without white space between elements. Names are taken as they are, values are escaped. */
export function toXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="utf-8"?>${write(root)}`;
}

function write({ name, attributes, children, content }: XmlElement): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => ` ${attribute}="${toAttributeText(String(value))}"`);
  const start = `<${name}${written.join('')}`;
  if (content !== undefined) return `${start}>${toAttributeText(content)}</${name}>`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.map(write).join('')}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** White space other than a space would be read back as a space: XML 1.0, section 3.3.3. */
function toAttributeText(value: string): string {
  return value.replace(/[&<>"\t\n\r]/g, (character) => ENTITIES[character] ?? character);
}
