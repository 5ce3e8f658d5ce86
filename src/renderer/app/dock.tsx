import { Tabs } from '@base-ui/react/tabs';
import { useRef, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';

import { useStudio, useView } from './studio.ts';
import { AskPanel } from '../features/ask/ask-panel.tsx';
import { GalleryPanel } from '../features/gallery/gallery-panel.tsx';
import { HistoryPanel } from '../features/history/history-panel.tsx';
import { JobsPanel } from '../features/jobs/jobs-panel.tsx';
import { LayersPanel } from '../features/layers/layers-panel.tsx';
import { TroubleBoundary } from '../features/status/trouble-boundary.tsx';
import { ToolProperties } from '../features/tools/tool-properties.tsx';
import type { DocumentSession } from '../session/document-session.ts';
import { dockTabs, type DockTab } from '../stores/view.ts';

const widths = { least: 240, most: 520 } as const;

/** The panels at the right: above what the tab says, below what the tool in the hand can be set to. */
export function Dock({ session }: { session: DocumentSession | null }) {
  const { view } = useStudio();
  const { t } = useTranslation(['layers', 'history', 'gallery', 'ask', 'jobs']);
  const dock = useView((state) => state.dock);
  const width = useView((state) => state.dockWidth);
  const canvas = useView((state) => state.canvas);
  return (
    <aside className="dock" style={{ width }}>
      <Resizer />
      <Tabs.Root className="dock-tabs" value={dock} onValueChange={(next) => view.setState({ dock: next as DockTab })}>
        <Tabs.List className="dock-list">
          {dockTabs.map((tab) => (
            <Tabs.Tab key={tab} value={tab} className="dock-tab">
              {t(`${tab}:title`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={dock} className="dock-panel">
          <TroubleBoundary of={dock}>
            {dock === 'gallery' ? <GalleryPanel /> : null}
            {dock === 'jobs' ? <JobsPanel /> : null}
            {session && dock === 'layers' ? <LayersPanel session={session} /> : null}
            {session && dock === 'history' ? <HistoryPanel session={session} /> : null}
            {session && dock === 'ask' ? <AskPanel session={session} /> : null}
          </TroubleBoundary>
        </Tabs.Panel>
      </Tabs.Root>
      <TroubleBoundary>{canvas ? <ToolProperties canvas={canvas} /> : null}</TroubleBoundary>
    </aside>
  );
}

/** The edge that one drags, or moves with the arrow keys. */
function Resizer() {
  const { view } = useStudio();
  const width = useView((state) => state.dockWidth);
  const { t } = useTranslation();
  const from = useRef<{ x: number; width: number } | null>(null);
  const set = (wanted: number): void =>
    view.setState({ dockWidth: Math.min(widths.most, Math.max(widths.least, wanted)) });
  const move = (event: PointerEvent): void => {
    if (from.current) set(from.current.width + from.current.x - event.clientX);
  };
  return (
    <div
      className="resizer"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t('panel-width')}
      aria-valuenow={width}
      aria-valuemin={widths.least}
      aria-valuemax={widths.most}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, width };
      }}
      onPointerMove={move}
      onLostPointerCapture={() => {
        from.current = null;
      }}
      onKeyDown={(event) => {
        const wanted = { ArrowLeft: width + 16, ArrowRight: width - 16, Home: widths.least, End: widths.most }[
          event.key
        ];
        if (wanted === undefined) return;
        event.preventDefault();
        set(wanted);
      }}
    />
  );
}
