import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { ErrorBoundary, type FallbackProps } from 'react-error-boundary';
import { useTranslation } from 'react-i18next';

interface TroubleBoundaryProps {
  readonly children: ReactNode;
  /** What is shown in it: another one is tried anew. */
  readonly of?: string | undefined;
}

/** Keeps a mistake of the studio in one part of the window from taking away the others, and offers to try again. */
export function TroubleBoundary({ children, of }: TroubleBoundaryProps) {
  return (
    <ErrorBoundary FallbackComponent={Stopped} resetKeys={[of]}>
      {children}
    </ErrorBoundary>
  );
}

function Stopped({ resetErrorBoundary }: FallbackProps) {
  const { t } = useTranslation('trouble');
  return (
    <div className="empty" role="alert">
      <TriangleAlert size={20} aria-hidden />
      <p>{t('stopped')}</p>
      <div className="row">
        <button type="button" className="button" onClick={resetErrorBoundary}>
          {t('try-again')}
        </button>
        <button type="button" className="button" onClick={() => window.location.reload()}>
          {t('reload')}
        </button>
      </div>
    </div>
  );
}
