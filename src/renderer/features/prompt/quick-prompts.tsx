import { Menu } from '@base-ui/react/menu';
import { Sparkles } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import type { DocumentSession } from '../../session/document-session.ts';
import { focusPrompt } from './focus-prompt.ts';

const quickPrompts = [
  'remove',
  'background',
  'recolour',
  'restyle',
  'colourise',
  'sharpen',
  'denoise',
  'cutout',
] as const;

/** Ordinary prompts that one can read and change before they run. */
export function QuickPrompts({ session }: { session: DocumentSession }) {
  const { t } = useTranslation('prompt');
  const take = (words: string): void => {
    session.setPrompt({ prompt: words });
    focusPrompt();
  };
  return (
    <Menu.Root>
      <Menu.Trigger className="icon-button" aria-label={t('quick')} title={t('quick')}>
        <Sparkles size={16} aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner side="top" sideOffset={6} style={{ zIndex: 40 }}>
          <Menu.Popup className="popup">
            {quickPrompts.map((each) => (
              <Menu.Item key={each} className="menu-item" onClick={() => take(t(`words-${each}`))}>
                {t(`quick-${each}`)}
                <span className="keys truncate">{t(`words-${each}`)}</span>
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
