/** @file Records of the library, complete, for tests that care about one or two of their fields. */
import { zBlobName, zJobRequest, type JobRequest } from '#shared/contract/job-request';
import type { HistoryNode } from '#shared/document/history-node';
import { zNodeId } from '#shared/document/ids';
import { zGalleryItem, type GalleryItem } from '#shared/library/gallery-item';

export function buildNode(id: string, parent: string | null, more: Partial<HistoryNode> = {}): HistoryNode {
  return {
    id: zNodeId.parse(id),
    parent: parent === null ? null : zNodeId.parse(parent),
    label: { what: 'brush' },
    kind: 'paint',
    createdAt: 0,
    thumbnail: null,
    recipe: null,
    name: null,
    pinned: false,
    stale: false,
    ...more,
  };
}

export function buildRequest(prompt: string, more: Readonly<Record<string, unknown>> = {}): JobRequest {
  const sampling = { model: 'nano', precision: 'int8', seed: 42, steps: 8, textGuidance: 4 };
  return zJobRequest.parse({ kind: 'generate', ...sampling, prompt, width: 320, height: 256, ...more });
}

/** @param blob 64 hexadecimal digits */
export function buildGalleryItem(id: string, blob: string, more: Partial<GalleryItem> = {}): GalleryItem {
  return zGalleryItem.parse({
    version: 1,
    id,
    blob: zBlobName.parse(blob),
    width: 8,
    height: 8,
    addedAt: 0,
    origin: 'made',
    fileName: null,
    recipe: null,
    caption: '',
    tags: [],
    favourite: false,
    job: null,
    document: null,
    node: null,
    trashedAt: null,
    ...more,
  });
}
