import { join } from 'node:path';
import { inspect } from 'node:util';

import { AppError, toAppError } from '#base/app-error';
import { exitStatus } from '#base/error-codes';
import { dataFolder } from '#files/data-folder';
import { Command, CommanderError } from 'commander';

import type { CliContext } from './cli-context.ts';
import { commands } from './commands.ts';
import { interruption } from './interruption.ts';
import { JsonOutput, TextOutput } from './output.ts';
import { ScriptFailure } from './run-script.ts';
import type { Terminal } from './terminal.ts';

const help = `
Exit status:
  0  done                        5  not enough memory, disk space or permission
  1  a fault of the program      6  the network or a server
  2  the command makes no sense  7  the engine
  3  an unusable picture, mask   130  cancelled
     or other input
  4  an unusable model

Environment:
  OVIS_HOME      where the library, models and settings are kept
  OVIS_DEBUG=1   show stacks of errors, and what the engine prints

Examples:
  studio generate "a red fox in the snow, flat illustration"
  studio edit photo.jpg "make it autumn" -o autumn.png
  studio describe photo.jpg --ask "What is on the table?"`;

interface CliParts {
  readonly terminal: Terminal;
  readonly version: string;
  /** Folder of the built scripts. */
  readonly scriptsFolder: string;
  /** Folder of what comes with the program. */
  readonly resourcesFolder: string;
}

/** Runs one command and returns the exit status. */
export async function runCli(args: readonly string[], { terminal, ...parts }: CliParts): Promise<number> {
  // Errors in the arguments are told in the same form as all others, so this is looked at before parsing them.
  const output = args.includes('--json') ? new JsonOutput(terminal) : new TextOutput(terminal);
  const interrupted = interruption(() => output.note('Stopping. Press Ctrl-C again to end at once.'));
  const data = dataFolder({ env: terminal.env });
  const context: CliContext = {
    ...parts,
    terminal,
    output,
    signal: interrupted.signal,
    dataFolder: data,
    modelsFolder: join(data, 'models'),
    cacheFolder: join(data, 'cache'),
    downloadsFolder: join(data, 'downloads'),
    benchFolder: join(data, 'bench'),
    bundledModelsFolder: join(parts.resourcesFolder, 'models'),
    isDebugging: terminal.env['OVIS_DEBUG'] === '1',
  };
  try {
    await createProgram(context).parseAsync(args.length > 0 ? args : ['--help'], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof ScriptFailure) return error.status;
    const appError = error instanceof CommanderError ? usageError(error) : toAppError(error);
    output.error(appError);
    if (context.isDebugging) terminal.err(`${inspect(error)}\n`);
    return exitStatus(appError.code);
  } finally {
    interrupted.dispose();
  }
}

function createProgram(context: CliContext): Command {
  const { terminal, version } = context;
  const program = new Command('studio')
    .description('Makes, edits and describes pictures with Ovis-U1, on this machine.')
    .version(version, '-V, --version', 'print the version')
    .option('--json', 'print one JSON object a line instead of text')
    .helpCommand(false)
    .addHelpText('after', help)
    .exitOverride()
    // What is wrong with the arguments is told once, by `runCli`.
    .configureOutput({ writeOut: (text) => terminal.out(text), outputError: () => undefined });
  for (const register of commands) register(program, context);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}

function usageError({ message }: CommanderError): AppError {
  // Suggestions come on a line of their own.
  const sentence = message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  return new AppError('usage-invalid', `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}. See "studio --help".`);
}
