import type { ShellEvent } from '#shared/contract/studio/host';
import { fromWireError } from '#shared/contract/wire-error';

import { follow } from '../client/connection.ts';
import { commandById } from '../commands/commands.ts';
import { runCommand } from '../commands/run-command.ts';
import type { Studio } from './studio.ts';

/** Does what comes from outside the page: the system's menu, and files opened with the studio. */
export function followShell(studio: Studio, { signal }: { readonly signal: AbortSignal }): void {
  const { client, notices, workspace } = studio;
  function take(event: ShellEvent): void {
    if (event.kind === 'open-document') void workspace.show(event.document, event.node);
    else if (event.kind === 'open-failed') notices.fault(fromWireError(event.error));
    else {
      const command = commandById.get(event.id);
      if (command) runCommand(studio, command);
    }
  }
  follow((signal) => client.host.watch(undefined, { signal }), take, { signal }).catch(notices.fault);
}
