/** What of a model is tested, in this order. */
export const abilities = ['vae', 'generation', 'question', 'edit'] as const;
export type Ability = (typeof abilities)[number];
