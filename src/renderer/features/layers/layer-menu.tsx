import { ContextMenu } from '@base-ui/react/context-menu';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';

import { setLayerProperties } from '#shared/document/layer-operations';
import type { Layer } from '#shared/document/layer';

import { useStudio } from '../../app/studio.ts';
import { commandById } from '../../commands/commands.ts';
import { runCommand } from '../../commands/run-command.ts';
import { shownKeyOf, shownKeys } from '../../commands/keys.ts';
import { layerLabel } from '../../document/layer-label.ts';
import type { DocumentSession } from '../../session/document-session.ts';
import { useIsMac } from '../../ui/use-is-mac.ts';

const listed = ['duplicate-layer', 'group-layer', 'merge-down', 'merge-layers', 'mask-layer', 'delete-layer'] as const;

interface LayerMenuProps {
  readonly session: DocumentSession;
  readonly layer: Layer;
  readonly isReadOnly: boolean;
  readonly onRename: () => void;
  readonly finalFocus: () => boolean;
}

/** What can be done to a layer, for the pointer that is on it. */
export function LayerMenu({ session, layer, isReadOnly, onRename, finalFocus }: LayerMenuProps) {
  const studio = useStudio();
  const { t } = useTranslation(['layers', 'commands', 'common']);
  const settings = useStore(studio.host.settings);
  const isMac = useIsMac();
  const removeMask = (): void => {
    studio.view.setState({ active: { layer: layer.id, part: 'pixels' } });
    session.commit({
      label: layerLabel('remove-mask', session.document, [layer.id]),
      kind: 'layer',
      change: (document) => setLayerProperties(document, [layer.id], { mask: null }),
    });
  };
  return (
    <ContextMenu.Portal>
      <ContextMenu.Positioner style={{ zIndex: 40 }}>
        <ContextMenu.Popup className="popup" aria-label={t('layers:menu')} finalFocus={finalFocus}>
          <ContextMenu.Item className="menu-item" disabled={isReadOnly} onClick={onRename}>
            {t('common:rename')}
            <span className="keys">F2</span>
          </ContextMenu.Item>
          {listed.map((id) => {
            const command = commandById.get(id)!;
            const key = shownKeyOf(command, settings);
            return (
              <ContextMenu.Item
                key={id}
                className="menu-item"
                disabled={command.refuse(studio) !== null}
                onClick={() => runCommand(studio, command)}
              >
                {t(`commands:${id}`)}
                {key ? <span className="keys">{shownKeys(key, isMac)}</span> : null}
              </ContextMenu.Item>
            );
          })}
          {layer.mask ? (
            <ContextMenu.Item className="menu-item" disabled={isReadOnly} onClick={removeMask}>
              {t('layers:remove-mask')}
            </ContextMenu.Item>
          ) : null}
        </ContextMenu.Popup>
      </ContextMenu.Positioner>
    </ContextMenu.Portal>
  );
}
