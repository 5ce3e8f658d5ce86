// Before any test: the page is built once, and not by whichever browser test comes first while others load it.
import { buildIfStale } from './build.mjs';

export default () => buildIfStale(['page']);
