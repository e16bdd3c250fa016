import { eventStores } from '../../src/adapters/event-store/registry.ts';
import { describeEveryAdapter, eventStoreRows } from '../support/store-rows.ts';
import { eventStoreContract } from './event-store.contract.ts';
import { harnessOf } from './event-store-harness.ts';

describeEveryAdapter('event store', eventStores, eventStoreRows, (adapter, place, durable) =>
  eventStoreContract(harnessOf(adapter, place, durable)),
);
