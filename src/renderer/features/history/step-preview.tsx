import { useEffect, useState } from 'react';

import { blobUrl, thumbnailUrl, type StoredPicture } from '#shared/contract/studio/blob-urls';
import type { HistoryNode } from '#shared/document/history-node';

import { useStudio } from '../../app/studio.ts';
import { stepWords } from '../../i18n/step-words.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { PicturePreview } from '../../ui/picture-preview.tsx';

/** Of the picture that is shown, at most. */
const side = 512;

interface StepPreviewProps {
  readonly session: DocumentSession;
  readonly node: HistoryNode;
}

/** The picture of a step, beside the history, while the pointer or the focus rests on it. Nothing moves. */
export function StepPreview({ session, node }: StepPreviewProps) {
  const { words } = useStudio();
  return (
    <PicturePreview>
      <StepPicture session={session} node={node} />
      <p className="small truncate">{stepWords(node, words)}</p>
    </PicturePreview>
  );
}

function StepPicture({ session, node }: StepPreviewProps) {
  const { client } = useStudio();
  const [picture, setPicture] = useState<StoredPicture | null>(null);
  useEffect(() => {
    const ending = new AbortController();
    client.documents
      .render({ id: session.id, node: node.id, maxSide: side }, { signal: ending.signal })
      // The small picture stays where there is no better one.
      .then(setPicture, () => undefined);
    return () => ending.abort();
  }, [client, session, node.id]);
  if (picture) return <img src={blobUrl(picture.blob)} width={picture.width} height={picture.height} alt="" />;
  return node.thumbnail ? <img src={thumbnailUrl(node.thumbnail, 128)} width={128} height={128} alt="" /> : <span />;
}
