import { createTool } from '../tools/registry.ts';
import type { OverlayShape } from '../tools/overlay-shape.ts';
import {
  chooseTool,
  currentTool,
  initialChoice,
  pressSpace,
  pressToolKey,
  releaseAll,
  releaseSpace,
  releaseToolKey,
  type ToolChoice,
} from '../tools/tool-choice.ts';
import type { Cursor, Intent, PointerInput, RunningTool, ToolContext, ToolId, ToolInput } from '../tools/tool.ts';

/** Tools with work that lasts longer than one gesture. */
const lasting: ReadonlySet<ToolId> = new Set(['crop', 'polygon']);

/**
 * The hand: which tool is in it, and what its gesture is. A gesture keeps the tool it began with, whatever key is pressed
 * meanwhile; the middle button takes the hand tool for one gesture.
 */
export class ToolHand {
  readonly #context: () => ToolContext;
  readonly #perform: (intent: Intent) => void;
  readonly #onChange: () => void;
  readonly #tools = new Map<ToolId, RunningTool>();
  #choice: ToolChoice = initialChoice;
  #held: RunningTool;
  /** The tool of the gesture that is going on. */
  #gesture: RunningTool | null = null;

  constructor(options: {
    readonly context: () => ToolContext;
    readonly perform: (intent: Intent) => void;
    /** Another tool is in the hand, or what it draws over the picture has changed. */
    readonly onChange: () => void;
  }) {
    this.#context = options.context;
    this.#perform = options.perform;
    this.#onChange = options.onChange;
    this.#held = this.#tool(currentTool(this.#choice));
  }

  get tool(): ToolId {
    return this.#active.id;
  }

  get isBusy(): boolean {
    return this.#active.isBusy();
  }

  get isSpaceDown(): boolean {
    return this.#choice.isSpaceDown;
  }

  get overlay(): readonly OverlayShape[] {
    return this.#active.overlay(this.#context());
  }

  get cursor(): Cursor {
    return this.#active.cursor(this.#context());
  }

  pointer(input: PointerInput): void {
    if (input.kind === 'press') this.#gesture = input.button === 'middle' ? this.#tool('hand') : this.#held;
    this.#send(this.#active, input);
    if (input.kind === 'release') this.#endGesture();
  }

  /** Everything that is no movement of the pointer: keys, and its leaving. True when it made a difference. */
  send(input: Exclude<ToolInput, PointerInput>): boolean {
    const before = JSON.stringify([this.isBusy, this.overlay]);
    const count = this.#send(this.#active, input);
    const isUsed = count > 0 || before !== JSON.stringify([this.isBusy, this.overlay]);
    if (input.kind === 'cancel') this.#endGesture();
    return isUsed;
  }

  choose(tool: ToolId): void {
    this.#choose(chooseTool(this.#choice, tool));
  }

  pressToolKey(tool: ToolId, key: string): void {
    this.#choose(pressToolKey(this.#choice, tool, key, performance.now()));
  }

  releaseToolKey(key: string): void {
    this.#choose(releaseToolKey(this.#choice, key, performance.now()));
  }

  setSpace(isDown: boolean): void {
    this.#choose(isDown ? pressSpace(this.#choice) : releaseSpace(this.#choice));
  }

  releaseAll(): void {
    this.#choose(releaseAll(this.#choice));
  }

  get #active(): RunningTool {
    return this.#gesture ?? this.#held;
  }

  #endGesture(): void {
    this.#gesture = null;
    this.#take();
  }

  #choose(choice: ToolChoice): void {
    this.#choice = choice;
    if (!this.#gesture) this.#take();
  }

  /** Puts the tool in the hand that the choice is for. */
  #take(): void {
    const next = this.#tool(currentTool(this.#choice));
    if (next !== this.#held) {
      const last = this.#held;
      this.#held = next;
      this.#send(last, { kind: 'leave' });
      // What was begun and not finished is not kept for the next time; the hand tool is only borrowed.
      if (lasting.has(last.id) && next.id !== 'hand') this.#send(last, { kind: 'cancel' });
    }
    this.#onChange();
  }

  #tool(id: ToolId): RunningTool {
    let tool = this.#tools.get(id);
    if (!tool) this.#tools.set(id, (tool = createTool(id)));
    return tool;
  }

  /** Returns how many things the tool wanted done. */
  #send(tool: RunningTool, input: ToolInput): number {
    const intents = tool.update(input, this.#context());
    for (const intent of intents) this.#perform(intent);
    this.#onChange();
    return intents.length;
  }
}
