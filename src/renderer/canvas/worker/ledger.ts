import type { PixelEdit, PixelTarget } from '../../document/pixel-edits.ts';
import type { Surface } from '../pixels/surface.ts';
import type { Head } from './head.ts';
import type { EditResult } from './protocol.ts';
import type { SurfaceStore } from './surface-store.ts';

/** A target's new pixels, not stored yet. */
export interface Change {
  readonly target: PixelTarget;
  readonly surface: Surface;
}

/**
 * Lets edits happen one after the other, each on what the one before left, and delivers them in that order. An edit is
 * seen at once; storing it goes on while the next one is made.
 */
export class Ledger {
  readonly #head: Head;
  readonly #store: SurfaceStore;
  readonly #onChange: () => void;
  #lastEdit = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #delivery: Promise<unknown> = Promise.resolve();

  constructor(head: Head, store: SurfaceStore, onChange: () => void) {
    this.#head = head;
    this.#store = store;
    this.#onChange = onChange;
  }

  /** Runs work when all edits asked for before are made. */
  async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const run = this.#turn.then(work, work);
    this.#turn = run.catch(() => undefined);
    return run;
  }

  /**
   * Makes an edit in turn, shows it, and stores it.
   * @throws AppError when it cannot be stored: then it is not shown any more
   */
  async edit(make: () => Promise<readonly Change[]>): Promise<EditResult> {
    const made = await this.inTurn(async () => {
      const changes = (await make()).filter(({ target, surface }) => surface !== this.#head.still(target));
      return this.#expect(changes);
    });
    return this.#deliver(made);
  }

  #expect(changes: readonly Change[]): { readonly id: number; readonly changes: readonly Change[] } {
    const id = ++this.#lastEdit;
    for (const { target, surface } of changes) this.#head.expect(target, surface, id);
    if (changes.length > 0) this.#onChange();
    return { id, changes };
  }

  #deliver({ id, changes }: { readonly id: number; readonly changes: readonly Change[] }): Promise<EditResult> {
    const before = this.#delivery;
    const deliver = async (): Promise<EditResult> => {
      try {
        const edits = await Promise.all(
          changes.map(async ({ target, surface }): Promise<PixelEdit> => ({
            target,
            pixels: await this.#store.save(surface),
          })),
        );
        return { id, edits };
      } catch (error) {
        this.#head.settle([id]);
        this.#onChange();
        throw error;
      } finally {
        await before;
      }
    };
    const delivery = deliver();
    this.#delivery = delivery.catch(() => undefined);
    return delivery;
  }
}
