import type { Studio } from './studio.ts';

/** Shows the tabs of last time; where there are none, or they cannot be had, an empty document with the prompt ready. */
export async function openFirst({
  client,
  notices,
  workspace,
}: Pick<Studio, 'client' | 'notices' | 'workspace'>): Promise<void> {
  try {
    await workspace.restore(await client.settings.get());
  } catch (error) {
    notices.fault(error);
  }
  if (!workspace.session) await workspace.createEmpty().catch(notices.fault);
}
