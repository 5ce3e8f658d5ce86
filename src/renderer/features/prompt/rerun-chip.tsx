import { GitBranch, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { useSession, useStudio, useView } from '../../app/studio.ts';
import { stepWords } from '../../i18n/step-words.ts';
import { rerunIn } from '../../prompt/rerun.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { IconButton } from '../../ui/icon-button.tsx';

/** Says that a run makes another version of a step, beside it. */
export function RerunChip({ session }: { session: DocumentSession }) {
  const { view, words } = useStudio();
  const { t } = useTranslation('prompt');
  const step = useView((state) => state.rerun);
  const node = useSession(session, (state) => rerunIn(step, state)?.node ?? null);
  if (!node) return null;
  return (
    <span className="rerun-chip" role="status">
      <GitBranch size={14} aria-hidden />
      <span className="truncate">{t('rerun-of', { label: stepWords(node, words) })}</span>
      <IconButton icon={X} label={t('rerun-end')} onClick={() => view.setState({ rerun: null })} />
    </span>
  );
}
