import type { Command } from 'commander';

import type { Output } from './output.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly output: Output;
  /** Aborts when the user presses Ctrl-C. */
  readonly signal: AbortSignal;
  readonly version: string;
  /** Folder of the scripts that run in processes of their own, such as the engine. */
  readonly scriptsFolder: string;
  /** Where the library and the settings are; models and downloads too, in folders of their own. */
  readonly dataFolder: string;
  /** Where installed models are. */
  readonly modelsFolder: string;
  /** For what can be made again. */
  readonly cacheFolder: string;
  /** Where downloads are before they are imported. */
  readonly downloadsFolder: string;
  /** Where the random weights are that speeds are measured with. */
  readonly benchFolder: string;
  /** What comes with the program. */
  readonly resourcesFolder: string;
  /** Where the models are that come with the program. */
  readonly bundledModelsFolder: string;
  /** Show what is otherwise kept quiet. */
  readonly isDebugging: boolean;
}

/** Adds one command to the program. */
export type RegisterCommand = (program: Command, context: CliContext) => void;
