import type { Examination, ExaminationNeeds } from '../../ports/examination.ts';
import { examineMongoDb } from '../shared/examine-mongodb.ts';
import { MongoDbConnection } from '../shared/mongodb-connection.ts';

/** Keys are found by their ids alone, so there is nothing to be missing but the right to find them. */
export async function examineMongoDbKeys(url: string, needs: ExaminationNeeds): Promise<Examination> {
  const connection = new MongoDbConnection({ dependency: 'key store', url });
  try {
    const { collections, ...examination } = await examineMongoDb(connection, needs);
    return collections.length === 0 ? { ...examination, isAbsent: true } : examination;
  } finally {
    connection.close().catch(() => {});
  }
}
