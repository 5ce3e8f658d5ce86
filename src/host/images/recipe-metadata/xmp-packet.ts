import { deflateRawSync, inflateRawSync } from 'node:zlib';

import type { DigitalSourceType } from '#shared/recipe/recipe';

/** Names our property in XMP; an identifier, not an address. */
const namespace = 'urn:ovis-studio:recipe:1/';
/** A JPEG holds its packet in one segment of 65,535 bytes, of which the lengths and the signature take 33. */
export const maxJpegXmpBytes = 65_502;
/** Above this a recipe is packed: a person would not read it in a metadata viewer anyway. */
const maxPlainLength = 16_384;
const maxPacketLength = 4 << 20;
const maxRecipeBytes = 8 << 20;
const packedMark = 'deflate:';

export interface XmpContent {
  readonly sourceType: DigitalSourceType;
  /** What made the picture: "Ovis Studio 0.1.0". */
  readonly creatorTool: string;
  /** ISO time. */
  readonly madeAt: string;
  /** What the picture shows, for people who cannot see it. */
  readonly altText?: string | undefined;
  /** A recipe as JSON, where the format has no better place for it. */
  readonly recipeJson?: string | undefined;
}

/**
 * An XMP packet (ISO 16684-1) that says in IPTC's words that a model made the picture, which sites and search engines
 * read, and that may carry the recipe.
 */
export function writeXmp({ sourceType, creatorTool, madeAt, altText, recipeJson }: XmpContent): string {
  const properties = [
    `<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/${sourceType}</Iptc4xmpExt:DigitalSourceType>`,
    `<xmp:CreatorTool>${escapeXml(creatorTool)}</xmp:CreatorTool>`,
    `<xmp:CreateDate>${escapeXml(madeAt)}</xmp:CreateDate>`,
  ];
  if (altText !== undefined)
    properties.push(
      `<Iptc4xmpCore:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(altText)}</rdf:li></rdf:Alt></Iptc4xmpCore:AltTextAccessibility>`,
    );
  if (recipeJson !== undefined) properties.push(`<ovis:recipe>${escapeXml(packRecipe(recipeJson))}</ovis:recipe>`);
  return [
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"',
    ' xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"',
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"',
    ` xmlns:ovis="${namespace}">`,
    ...properties,
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>',
  ].join('\n');
}

/**
 * The recipe JSON in a packet, also after another program has rewritten it (another prefix, an attribute instead of an
 * element). Undefined if there is none, or it cannot be unpacked.
 */
export function readXmpRecipe(packet: string): string | undefined {
  if (packet.length > maxPacketLength) return undefined;
  const prefix = new RegExp(`xmlns:([\\w.-]+)=["']${namespace}["']`).exec(packet)?.[1];
  if (prefix === undefined) return undefined;
  const name = `${prefix.replaceAll('.', '\\.')}:recipe`;
  const element = new RegExp(`<${name}[^>]*>([^<]*)</${name}>`).exec(packet)?.[1];
  const attribute = new RegExp(`\\s${name}="([^"<]*)"`).exec(packet)?.[1];
  const text = element ?? attribute;
  return text === undefined ? undefined : unpackRecipe(unescapeXml(text));
}

function packRecipe(recipeJson: string): string {
  // XML cannot hold these characters, or other programs drop them; JSON has another way to write them.
  const json = recipeJson.replace(/[\u007f-\u009f\ufffe\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return json.length <= maxPlainLength ? json : packedMark + deflateRawSync(json).toString('base64');
}

function unpackRecipe(text: string): string | undefined {
  if (!text.startsWith(packedMark)) return text;
  try {
    const packed = Buffer.from(text.slice(packedMark.length), 'base64');
    return inflateRawSync(packed, { maxOutputLength: maxRecipeBytes }).toString('utf8');
  } catch {
    return undefined;
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function escapeXml(text: string): string {
  // XML 1.0 has no way to write most control characters and two non-characters.
  const allowed = text.toWellFormed().replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '\ufffd');
  return allowed.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined)
      return { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[String(name).toLowerCase()] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}
