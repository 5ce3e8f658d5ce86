/** @file Prompts that were given a name. The host keeps them with the settings, for every document and window. */
import type { Preset } from '#shared/library/settings';

import type { Studio } from '../app/studio.ts';
import type { DocumentSession } from '../session/document-session.ts';

/** Keeps the prompt bar as it is. A name that is taken already takes the new prompt. */
export function savePreset(studio: Studio, { store }: DocumentSession, name: string): void {
  const { presets } = studio.host.settings.getState();
  const { prompt } = store.getState();
  const isTaken = presets.some((preset) => preset.name === name);
  const replaced = presets.map((preset) => (preset.name === name ? { ...preset, prompt } : preset));
  keep(studio, isTaken ? replaced : [...presets, { id: crypto.randomUUID(), name, prompt }]);
}

/** Sets the prompt bar as it was; pictures that are there stay. */
export function applyPreset({ notices, words }: Studio, session: DocumentSession, { name, prompt }: Preset): void {
  const before = session.store.getState().prompt;
  const { task, prompt: text, parameters } = prompt;
  session.setPrompt({ task, prompt: text, parameters });
  notices.say(words('prompt:preset-applied', { name }), {
    label: words('commands:undo'),
    run: () => session.setPrompt(before),
    document: session.id,
  });
}

export function renamePreset(studio: Studio, { id }: Preset, name: string): void {
  const { presets } = studio.host.settings.getState();
  keep(
    studio,
    presets.map((preset) => (preset.id === id ? { ...preset, name } : preset)),
  );
}

/** Deletes a preset, with a way back to where it was. */
export function deletePreset(studio: Studio, { id, name }: Preset): void {
  const { presets } = studio.host.settings.getState();
  keep(
    studio,
    presets.filter((preset) => preset.id !== id),
  );
  studio.notices.say(studio.words('prompt:preset-deleted', { name }), {
    label: studio.words('commands:undo'),
    run: () => keep(studio, presets),
  });
}

function keep({ client, notices }: Studio, presets: readonly Preset[]): void {
  client.settings.change({ presets: [...presets] }).catch(notices.fault);
}
