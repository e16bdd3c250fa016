import { z } from 'zod';
import type { GenerationRecord, Halt, ProjectionRecord } from '../../../ports/read-model.ts';

/**
 * What a read model knows of its projections, apart from their documents: small documents of one collection. Neither of
 * the servers is asked for a transaction, and FerretDB rewrites a document without a lock; so each of these is written
 * by one process, and a change that two may want to make at once is the insertion of the next number, which one does.
 */
const numbered = { _id: z.string(), projection: z.string(), number: z.int() };
const generationNumber = z.int().nullable();

const registryDocument = z.object({
  ...numbered,
  kind: z.literal('registry'),
  active: generationNumber,
  activeVersion: generationNumber,
  previous: generationNumber,
  previousVersion: generationNumber,
  /** The previous generation accepts commits again, to be brought up to date. */
  previousOpen: z.boolean(),
  building: generationNumber,
  buildingVersion: generationNumber,
  /** How many generations there have been: numbers are never given twice. */
  count: z.int(),
  /** Raised by whoever takes a switch away from a process that seems dead: its own attempt then fails. */
  fence: z.int(),
});

const lease = {
  ...numbered,
  /** Counts up while the holder lives. */
  beat: z.int(),
  released: z.boolean(),
  /** Whoever took it; absent where nobody takes it again. */
  holder: z.string().exactOptional(),
};

const writerDocument = z.object({
  ...lease,
  kind: z.literal('writer'),
  generation: z.int(),
  /** Everything up to there is in the documents. */
  position: z.int(),
  /** Where the commit under way leads: documents may hold events up to there. */
  writing: z.int(),
});

const switchDocument = z.object({ ...lease, kind: z.literal('switch') });

const haltDocument = z.object({
  _id: z.string(),
  kind: z.literal('halt'),
  projection: z.string(),
  generation: z.int(),
  position: z.int(),
  type: z.string(),
  error: z.string(),
});

export const stateDocument = z.discriminatedUnion('kind', [
  registryDocument,
  writerDocument,
  switchDocument,
  haltDocument,
]);
export type StateDocument = z.output<typeof stateDocument>;
export type RegistryDocument = z.output<typeof registryDocument>;
export type WriterDocument = z.output<typeof writerDocument>;
export type LeaseDocument = WriterDocument | z.output<typeof switchDocument>;

/** What the registry says of one projection. */
export type RegistryEntry = Omit<RegistryDocument, '_id' | 'kind' | 'projection'>;

const unregistered: RegistryEntry = {
  number: 0,
  active: null,
  activeVersion: null,
  previous: null,
  previousVersion: null,
  previousOpen: false,
  building: null,
  buildingVersion: null,
  count: 0,
  fence: 0,
};

/** Everything that is known of one projection at one moment. */
export class ProjectionState {
  readonly name: string;
  readonly documents: readonly StateDocument[];
  readonly registry: RegistryEntry;

  constructor(name: string, documents: readonly StateDocument[]) {
    this.name = name;
    this.documents = documents;
    this.registry = highest(this.registryDocuments()) ?? unregistered;
  }

  registryDocuments(): readonly RegistryDocument[] {
    return this.documents.filter((each) => each.kind === 'registry');
  }

  /** The leases of one generation, each with the progress of its holder. */
  writers(generation: number): readonly WriterDocument[] {
    return this.documents
      .filter((each) => each.kind === 'writer')
      .filter((each) => each.generation === generation);
  }

  /** Whether somebody is about to put another generation in the place of the active one. */
  isSwitching(): boolean {
    return highest(this.documents.filter((each) => each.kind === 'switch'))?.released === false;
  }

  /** What any holder has finished stays true, whoever holds it now. */
  position(generation: number): number {
    return Math.max(0, ...this.writers(generation).map(({ position }) => position));
  }

  /** How far documents of the generation can be: readers may have seen a commit before it was finished. */
  reach(generation: number): number {
    return Math.max(
      0,
      ...this.writers(generation).map(({ position, writing }) => Math.max(position, writing)),
    );
  }

  halted(generation: number): Halt | undefined {
    const found = this.documents
      .filter((each) => each.kind === 'halt')
      .find((each) => each.generation === generation);
    return found && { position: found.position, type: found.type, error: found.error };
  }

  isListed(generation: number): boolean {
    const { active, previous, building } = this.registry;
    return [active, previous, building].includes(generation);
  }

  /** Whether a commit to it may go on. */
  accepts(generation: number): boolean {
    const { active, previous, previousOpen, building } = this.registry;
    if (generation === active) return !this.isSwitching();
    return generation === building || (generation === previous && previousOpen);
  }

  record(): ProjectionRecord {
    const { active, activeVersion, previous, previousVersion, building, buildingVersion } = this.registry;
    return {
      name: this.name,
      ...(active !== null && { active: this.#recordOf(active, activeVersion) }),
      ...(previous !== null && { previous: this.#recordOf(previous, previousVersion) }),
      ...(building !== null && { building: this.#recordOf(building, buildingVersion) }),
    };
  }

  #recordOf(generation: number, version: number | null): GenerationRecord {
    const halted = this.halted(generation);
    return {
      generation,
      version: version ?? 0,
      position: this.position(generation),
      ...(halted && { halted }),
    };
  }
}

/** The one with the highest number: it alone counts. */
export function highest<Numbered extends { readonly number: number }>(
  all: readonly Numbered[],
): Numbered | undefined {
  return all.reduce<Numbered | undefined>(
    (best, each) => (best === undefined || each.number > best.number ? each : best),
    undefined,
  );
}
