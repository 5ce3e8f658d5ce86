import { useState, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { useCurrentSession, useSession, useStudio, useView } from './studio.ts';
import { Dock } from './dock.tsx';
import { CandidateStrip } from '../features/candidates/candidate-strip.tsx';
import { offeredIn } from '../features/candidates/candidates.ts';
import { CanvasHost } from '../features/canvas/canvas-host.tsx';
import { draggedPicture, pictureType, placePicture, takeFiles } from '../features/canvas/drop.ts';
import { ExportDialog } from '../features/gallery/export-dialog.tsx';
import { ModelsDialog } from '../features/models/models-dialog.tsx';
import { Palette } from '../features/palette/palette.tsx';
import { PromptBar } from '../features/prompt/prompt-bar.tsx';
import { SettingsDialog } from '../features/settings/settings-dialog.tsx';
import { ShortcutsDialog } from '../features/settings/shortcuts-dialog.tsx';
import { NewDocumentDialog } from '../features/start/new-document-dialog.tsx';
import { StartPage } from '../features/start/start-page.tsx';
import { FaultStrip, Toasts } from '../features/status/notices.tsx';
import { TroubleBoundary } from '../features/status/trouble-boundary.tsx';
import { ReadOnlyReason, SavingTrouble } from '../features/status/trouble-strips.tsx';
import { StatusBar } from '../features/status/status-bar.tsx';
import { TopBar } from '../features/tabs/top-bar.tsx';
import { ToolRail } from '../features/tools/tool-rail.tsx';
import { canvasFacts } from '../prompt/task.ts';
import type { DocumentSession } from '../session/document-session.ts';
import type { DialogName } from '../stores/view.ts';

/** The whole window. */
export function App() {
  const session = useCurrentSession();
  const dockOpen = useView((view) => view.dockOpen);
  return (
    <div className="window">
      <TopBar />
      <SavingTrouble />
      {session ? <ReadOnlyReason session={session} /> : null}
      <FaultStrip />
      <main className="desk">
        <ToolRail />
        <TroubleBoundary of={session?.id}>
          <Stage session={session} />
        </TroubleBoundary>
        {dockOpen ? <Dock session={session} /> : null}
      </main>
      <TroubleBoundary of={session?.id}>
        {session ? <PromptBar key={session.id} session={session} /> : null}
      </TroubleBoundary>
      <StatusBar session={session} />
      <CurrentDialog />
    </div>
  );
}

function Stage({ session }: { session: DocumentSession | null }) {
  const studio = useStudio();
  const { t } = useTranslation('start');
  const [isOver, setOver] = useState(false);
  const isInUse = session !== null && canvasFacts(session.document).hasPicture;
  const drop = (event: DragEvent): void => {
    setOver(false);
    event.preventDefault();
    const dragged = draggedPicture(event.dataTransfer);
    const files = [...event.dataTransfer.files];
    const middle = studio.view.getState().canvas?.pointAt({ x: event.clientX, y: event.clientY });
    if (dragged && session) placePicture(studio, session, dragged, middle);
    else if (files.length > 0) void takeFiles(studio, files, middle);
    else studio.notices.say(studio.words('trouble:no-file-dropped'));
  };
  return (
    <section
      className="stage"
      aria-label={t('tabs')}
      onDragOver={(event) => {
        const { types } = event.dataTransfer;
        event.preventDefault();
        setOver(types.includes('Files') || types.includes(pictureType));
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        // It goes over what is in here, too.
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setOver(false);
      }}
      onDrop={drop}
    >
      {session ? <OpenDocument key={session.id} session={session} /> : <Waiting />}
      {isOver ? <div className="drop-target">{t(isInUse ? 'place' : 'drop')}</div> : null}
      <Toasts />
    </section>
  );
}

function OpenDocument({ session }: { session: DocumentSession }) {
  const studio = useStudio();
  const isEmpty = useSession(
    session,
    ({ tree, document }) => !canvasFacts(document).hasPicture && tree.nodes.size === 1,
  );
  const candidates = useStore(studio.candidates.store);
  const isOffered = useStore(studio.host.jobs, (jobs) => offeredIn(candidates, session.id, jobs).chosen !== null);
  return (
    <>
      <CanvasHost session={session} />
      {isEmpty && !isOffered ? <StartPage session={session} /> : null}
      <CandidateStrip session={session} />
    </>
  );
}

function Waiting() {
  const { t } = useTranslation();
  return (
    <p className="empty" role="status">
      {t('loading')}
    </p>
  );
}

const dialogs: Readonly<Record<DialogName, (props: { onClose: () => void }) => React.JSX.Element | null>> = {
  palette: Palette,
  export: ExportDialog,
  new: NewDocumentDialog,
  settings: SettingsDialog,
  models: ModelsDialog,
  shortcuts: ShortcutsDialog,
};

function CurrentDialog() {
  const { view } = useStudio();
  const dialog = useView((state) => state.dialog);
  if (!dialog) return null;
  const Shown = dialogs[dialog];
  return <Shown onClose={() => view.setState({ dialog: null })} />;
}
