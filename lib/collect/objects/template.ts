/** Containers of a pod template: what of them is needed, beside what every container has, to change them. */

import type { ContainerSpec } from '../../types/workload.ts';
import { containers, list, type Raw, record, text } from './read.ts';

/** As `containers`, each with its resources as they are written and what tells of a heap. */
export function templateContainers(podSpec: Raw): readonly ContainerSpec[] {
  const raw = [...list(podSpec.containers), ...list(podSpec.initContainers)];
  return containers(podSpec).map((container, at) => {
    const of = raw[at] ?? {};
    const heapFlag = heapFlagOf(of);
    return {
      ...container,
      ...(of.resources !== undefined && of.resources !== null && { resourcesAsWritten: record(of.resources) }),
      ...(heapFlag !== undefined && { heapFlag }),
    };
  });
}

/** Flags by which the JVM, Node and Go are told how much memory to keep. */
const FLAG = /-Xm[xs]\S+|-XX:(?:Max|Min|Initial)(?:RAM|Heap)\S+|--max[-_]old[-_]space[-_]size\S*/;

/** Variables that hold such flags, or a size themselves, even where their value is not written in the template. */
const VARIABLES: ReadonlySet<string> = new Set([
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
  '_JAVA_OPTIONS',
  'JAVA_OPTS',
  'JAVA_OPTIONS',
  'CATALINA_OPTS',
  'ES_JAVA_OPTS',
  'KAFKA_HEAP_OPTS',
  'MAX_HEAP_SIZE',
  'GOMEMLIMIT',
]);

/** Last parts of image repositories that run on a JVM. */
const JVM_IMAGE =
  /^(?:(?:open)?jdk|jre|java|.*-(?:jdk|jre|java)|java-.*|openjdk.*|eclipse-temurin|temurin|amazoncorretto|corretto|zulu.*|sapmachine|ibm-semeru.*|tomcat|tomee|jetty|wildfly|jboss.*|keycloak|kafka|cp-.*|zookeeper|cassandra|elasticsearch|logstash|opensearch|solr|neo4j|jenkins|sonarqube|nexus3|activemq.*|hadoop|spark|flink|hive|hbase|trino|presto|pulsar|graylog)$/;

/** What fixes or keeps a heap, most telling first; undefined when nothing does. Only the flag is kept, never the rest of a value. */
function heapFlagOf(raw: Raw): string | undefined {
  return argumentFlag(raw) ?? variableFlag(raw) ?? runtimeOf(raw);
}

function argumentFlag(raw: Raw): string | undefined {
  const flag = [...words(raw.command), ...words(raw.args)]
    .map((word) => FLAG.exec(word)?.[0])
    .find((found) => found !== undefined);
  return flag === undefined ? undefined : `argument ${flag}`;
}

function variableFlag(raw: Raw): string | undefined {
  for (const variable of list(raw.env)) {
    const name = text(variable.name);
    const flag = FLAG.exec(text(variable.value))?.[0];
    if (flag !== undefined) return `${flag} in variable ${name}`;
    if (VARIABLES.has(name)) return `variable ${name}`;
  }
  return undefined;
}

function runtimeOf(raw: Raw): string | undefined {
  const program = words(raw.command)[0]?.split('/').at(-1);
  if (program === 'java') return 'command java';
  const repository = text(raw.image)
    .replace(/@.*$/, '')
    .replace(/:[^/:]*$/, '');
  const name = repository.split('/').at(-1) ?? '';
  return JVM_IMAGE.test(name) ? `image ${name}` : undefined;
}

function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(text) : [];
}
