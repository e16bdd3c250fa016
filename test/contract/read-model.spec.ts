import { readModels } from '../../src/adapters/read-model/registry.ts';
import { describeEveryAdapter, readModelRows } from '../support/store-rows.ts';
import { readModelContract } from './read-model.contract.ts';
import { readModelHarnessOf } from './read-model-harness.ts';

describeEveryAdapter('read model', readModels, readModelRows, (adapter, place, durable) =>
  readModelContract(readModelHarnessOf(adapter, place, durable)),
);
