import { randomUUID } from 'node:crypto';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';

export interface Member {
  readonly host: string;
  readonly port: number;
  readonly state: 'leader' | 'follower';
  readonly isAlive: boolean;
}

/** What the members of a cluster know of each other; clients that discover their server read it first. */
export function clusterInfo(members: readonly Member[]): ClusterInfo {
  const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState;
  const infos = members.map(({ host, port, state, isAlive }) =>
    new gossip.MemberInfo()
      .setInstanceId(new shared.UUID().setString(randomUUID()))
      .setTimeStamp(`${Date.now()}0000`)
      .setState(state === 'leader' ? LEADER : FOLLOWER)
      .setIsAlive(isAlive)
      .setHttpEndPoint(new gossip.EndPoint().setAddress(host).setPort(port)),
  );
  return new gossip.ClusterInfo().setMembersList(infos);
}

/** What the client asks before its first append: whether there is a batch call. */
export function supportedMethods(version: string): SupportedMethods {
  const methods = Object.values(StreamsService).map(({ path }) => {
    const [, service = '', method = ''] = path.toLowerCase().split('/');
    return new features.SupportedMethod()
      .setServiceName(service)
      .setMethodName(method)
      .setFeaturesList(featuresOf[method] ?? []);
  });
  return new features.SupportedMethods().setEventStoreServerVersion(version).setMethodsList(methods);
}

const featuresOf: Readonly<Record<string, string[]>> = {
  read: ['position', 'events'],
  batchappend: ['deadline_duration'],
};
