import { GitBranch, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { useSession, useStudio, useView } from '../../app/studio.ts';
import { rerunIn } from '../../prompt/rerun.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { IconButton } from '../../ui/icon-button.tsx';

/** Says that a run makes another version of a step, beside it. */
export function RerunChip({ session }: { session: DocumentSession }) {
  const { view } = useStudio();
  const { t } = useTranslation('prompt');
  const step = useView((state) => state.rerun);
  const label = useSession(session, (state) => {
    const node = rerunIn(step, state)?.node;
    return node ? (node.name ?? node.label) : null;
  });
  if (label === null) return null;
  return (
    <span className="rerun-chip" role="status">
      <GitBranch size={14} aria-hidden />
      <span className="truncate">{t('rerun-of', { label })}</span>
      <IconButton icon={X} label={t('rerun-end')} onClick={() => view.setState({ rerun: null })} />
    </span>
  );
}
