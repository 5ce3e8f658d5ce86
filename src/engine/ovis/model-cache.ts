import { stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import type { DeviceReport } from '#shared/contract/device';

import { OvisModel } from './ovis-model.ts';

/**
 * Packages larger than this share of the machine's memory have their phases released one after another. Weights take up to
 * twice their size once they are packed for matrix products, and the user has other programs.
 */
const RESIDENT_SHARE = 1 / 6;

/** The model of the last job, kept for the next one. */
export class ModelCache {
  #current: { readonly key: string; readonly model: OvisModel } | undefined;

  async open(folder: string, device: DeviceReport): Promise<OvisModel> {
    const manifest = await stat(path.join(folder, 'model.json')).catch(() => undefined);
    // A package that was replaced under the same name is another model.
    const key = `${folder} ${manifest?.mtimeMs ?? 0} ${device.device} ${device.fusedAttention}`;
    if (this.#current?.key === key) return this.#current.model;
    await this.release();
    const model = await OvisModel.open(folder, { device, residentBytes: os.totalmem() * RESIDENT_SHARE });
    this.#current = { key, model };
    return model;
  }

  async release(): Promise<void> {
    const model = this.#current?.model;
    this.#current = undefined;
    await model?.dispose();
  }
}
