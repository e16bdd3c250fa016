import { describeCombinations } from './describe-combinations.ts';
import { endToEnd } from './end-to-end.ts';

describeCombinations('sqlite', endToEnd);
