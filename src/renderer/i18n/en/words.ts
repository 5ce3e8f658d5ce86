import { ask } from './ask.ts';
import { candidates } from './candidates.ts';
import { commands } from './commands.ts';
import { common } from './common.ts';
import { gallery } from './gallery.ts';
import { history } from './history.ts';
import { jobs } from './jobs.ts';
import { layers } from './layers.ts';
import { models } from './models.ts';
import { prompt } from './prompt.ts';
import { settings } from './settings.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { tools } from './tools.ts';
import { trouble } from './trouble.ts';

export const words = {
  ask,
  candidates,
  commands,
  common,
  gallery,
  history,
  jobs,
  layers,
  models,
  prompt,
  settings,
  start,
  status,
  tools,
  trouble,
};
