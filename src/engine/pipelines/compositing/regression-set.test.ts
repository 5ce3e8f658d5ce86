import { describeInpaintRegressionSet } from '#testing/inpaint-regression-set';
import { lossyEngine } from '#testing/regression-engine';

describeInpaintRegressionSet(lossyEngine);
