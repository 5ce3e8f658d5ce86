import { type InpaintIntent } from '#shared/contract/job-request';

/** What the region is for: the user's intents, and `expand`, the picture continued beyond its border. */
export type Intent = InpaintIntent | 'expand';

/**
 * The numbers of the recipe, in one place. `px` is a pixel of the picture, `modelPx` one of the picture as the model
 * sees it (the same unless the crop is reduced or enlarged), fractions are of the length named.
 */
export const recipe = {
  /** How much around the mask the model sees. */
  context: {
    /** Of the mask's diagonal: larger regions need more around them. */
    padFraction: 0.06,
    padPx: 24,
    /** Never less, as far as there is any: what is kept beside the region holds what is made to it. */
    leastPx: 16,
    /** When everything in the region is made new the surroundings are all the model has to go by: the larger of these. */
    fullStrength: { pictureFraction: 1 / 16, sideFraction: 1 / 2 },
  },

  /** Cross-fade along the inside of the mask, for outside of it not a byte may change. */
  fade: {
    /** Of the side of what the model sees. */
    sideFraction: 1 / 64,
    minModelPx: 2,
    /** At most so much of the way to the middle: a thin stroke is to be seen too. */
    depthFraction: 1 / 2,
  },

  latents: {
    /** Side of a cell: what the mask's edge runs through is made new as a whole. */
    cellModelPx: 8,
    /** A cell is free once its mask exceeds the time by this; keeps 0 from counting as free at time 0. */
    timeEpsilon: 1e-4,
  },

  /** Editing models move and zoom the picture a little; it is moved back. */
  alignment: {
    maxScaleChange: 0.02,
    /** Of the shorter side. */
    maxShiftFraction: 0.25,
    /** Less is not worth a resampling. */
    correctFromModelPx: 0.5,
    /** More is corrected too, but said. */
    warnFromModelPx: 4,
    /** A displacement is believed only when it makes the difference at least this much smaller. */
    believedErrorRatio: 0.9,
  },

  /** Colours are matched where new and old must be the same: on a ring around the region. */
  colours: {
    /** Distance from the region; nearer the two already differ. */
    ringModelPx: { from: 16, to: 64 },
    /** Fewer pixels than this say nothing; then every kept pixel counts. */
    minRingPixels: 256,
    /** How much the contrast may change. */
    deviationRatio: [0.7, 1.4],
    /** Reach (three σ) of the remaining difference's blur: what is left is light, not detail. */
    seamBlurReachModelPx: 32,
    /** Lab units: a larger difference is another content, not another light. */
    seamLimit: 12,
  },

  /** An edit without a mask changes what it must; only that is pasted. */
  change: {
    /** σ against noise, before comparing; about three pixels wide. */
    blurModelPx: 1.5,
    /** ΔE that counts as a change: twice what the VAE's noise makes, well below what the eye overlooks in a new object. */
    threshold: 6,
    closeModelPx: 4,
    minBlobPixels: 64,
    growModelPx: 4,
    featherModelPx: 16,
    /** Beyond this share of the picture the edit is about light or style, and belongs everywhere. */
    globalFrom: 0.6,
  },
} as const;
