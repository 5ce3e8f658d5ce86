import type { Studio } from '../app/studio.ts';
import type { Command } from './command.ts';

/** Runs a command for somebody. Why it cannot run now is said, and so is what goes wrong. */
export function runCommand(studio: Studio, command: Command): void {
  const refusal = command.refuse(studio);
  if (refusal) studio.notices.say(studio.words(`commands:refusal.${refusal}`));
  else void run(studio, command).catch(studio.notices.fault);
}

/** What throws at once and what fails later is told alike. */
const run = async (studio: Studio, command: Command): Promise<unknown> => command.run(studio);
