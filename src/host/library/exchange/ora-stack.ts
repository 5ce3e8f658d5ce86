import { SaxesParser } from 'saxes';

import { AppError } from '#base/app-error';

/** An element of an OpenRaster file's `stack.xml`. */
export interface StackElement {
  readonly name: 'stack' | 'layer' | 'image';
  readonly attributes: Readonly<Record<string, string>>;
  /** As in the file: the topmost first. */
  readonly children: readonly StackElement[];
}

interface OpenElement extends StackElement {
  readonly children: StackElement[];
}

const known = new Set(['image', 'stack', 'layer']);
const mostElements = 10_000;
/** Groups in groups; deeper ones were made to exhaust whoever reads them. */
const deepest = 100;

/**
 * The layers that a `stack.xml` names. Elements of other names are passed over with all they hold. There are no document
 * types and so no entities in it.
 * @throws AppError `image-unreadable`
 */
export function parseStack(xml: string): StackElement {
  const parser = new SaxesParser();
  const open: OpenElement[] = [];
  let root: StackElement | undefined;
  let skipping = 0;
  let count = 0;
  parser.on('error', (error) => {
    throw damaged(error.message);
  });
  parser.on('doctype', () => {
    throw damaged('it has a document type');
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (skipping > 0 || !known.has(name)) {
      skipping += 1;
      return;
    }
    count += 1;
    if (count > mostElements || open.length > deepest) throw damaged('it has too many layers');
    const element: OpenElement = { name: name as StackElement['name'], attributes, children: [] };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => {
    if (skipping > 0) skipping -= 1;
    else open.pop();
  });
  parser.write(xml).close();
  if (root?.name !== 'image') throw damaged('it names no image');
  return root;
}

function damaged(why: string): AppError {
  return new AppError('image-unreadable', `The OpenRaster file is damaged (${why}): save it again.`, { data: { why } });
}
