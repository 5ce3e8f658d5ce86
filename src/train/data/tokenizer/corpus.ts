import { regionInstruction } from '#model/ovis/text/instructions';
import { askPrompt, editPrompt, generatePrompt, unconditionalPrompt } from '#model/ovis/text/prompts';
import { createRng } from '../random.ts';
import { planSample } from '../samples/plan-sample.ts';
import { type SamplePlan, sampleKinds } from '../samples/sample-plan.ts';
import { curricula } from '../scene/curriculum.ts';

/** Every kind of sample as the model reads it, `perKind` of each: what the tokenizer is trained on. */
export function* corpus(seed: number, perKind: number): Generator<string> {
  for (const kind of sampleKinds) {
    for (let index = 0; index < perKind; index++) {
      const plan = planSample(createRng(seed, 'corpus', kind, index), {
        kind,
        curriculum: curricula.scenes,
        split: 'training',
      });
      yield* textsOf(plan);
    }
  }
  yield* unconditionalPrompt();
  for (const intent of ['fill', 'add', 'remove', 'replace', 'background', 'expand'] as const) {
    yield regionInstruction(intent, '');
  }
}

/** A sample's words, with those that always stand around them. */
function textsOf(plan: SamplePlan): readonly string[] {
  switch (plan.family) {
    case 'language':
    case 'understanding': {
      const pictures = plan.family === 'understanding' ? 1 : 0;
      return plan.turns.flatMap(({ question, answer }) => [
        ...askPrompt([{ role: 'user', text: question }], pictures),
        `${answer}<|im_end|>\n`,
      ]);
    }
    case 'generation':
      return generatePrompt(plan.prompt);
    case 'edit':
      return editPrompt(plan.instruction);
  }
}
