/** How a Prometheus-compatible server is reached. */

import { Option } from 'clipanion';
import type { PrometheusOptions } from '../../lib/operations/request.ts';
import { UpidError } from '../../lib/types/errors.ts';
import { present } from './present.ts';
import { SelectionFlags } from './selection.ts';
import { isHttpUrl, readAs } from './validators.ts';

const isLabel = readAs(parseLabel, 'a label and its value, such as cluster=prod');

export abstract class PrometheusFlags extends SelectionFlags {
  prometheus = Option.Boolean('--prometheus', true, {
    description: 'Ask a Prometheus-compatible server for the history; =false to leave it alone',
  });
  prometheusUrl = Option.String('--prometheus-url', {
    description: '`URL` of the server (Prometheus, Thanos, Mimir, VictoriaMetrics); found in the cluster when left out',
    validator: isHttpUrl,
  });
  prometheusHeaders = Option.Array('--prometheus-header', {
    description: "`'NAME: VALUE'` sent with each query, such as 'X-Scope-OrgID: team-a'; can be given again",
  });
  prometheusToken = Option.String('--prometheus-token', { description: 'Bearer `TOKEN` for the server' });
  prometheusClusterLabel = Option.String('--prometheus-cluster-label', {
    description: '`NAME=VALUE` that tells this cluster apart on a server that holds many',
    validator: isLabel,
  });

  /** @throws UpidError `usage` for a header that is none, or for flags that contradict each other. */
  protected prometheusOptions(): PrometheusOptions {
    if (!this.prometheus && this.prometheusUrl !== undefined)
      throw new UpidError('usage', '--prometheus=false and --prometheus-url contradict each other', {
        remedy: 'give one of them',
      });
    return {
      ...present({ url: this.prometheusUrl, token: this.prometheusToken, clusterLabel: this.prometheusClusterLabel }),
      headers: (this.prometheusHeaders ?? []).map(parseHeader),
      enabled: this.prometheus,
    };
  }
}

/** RFC 9110: a token, a colon, and a value without line breaks. `NAME=VALUE` is taken as well. */
function parseHeader(text: string): { readonly name: string; readonly value: string } {
  const match = /^([!#$%&'*+.^_`|~\w-]+)\s*[:=]\s*([^\r\n]*)$/.exec(text);
  if (!match)
    throw new UpidError('usage', `invalid value for --prometheus-header: "${text}"`, {
      remedy: "it should be a name and a value, such as 'X-Scope-OrgID: team-a'",
    });
  return { name: match[1]!, value: match[2]!.trim() };
}

function parseLabel(text: string): { readonly name: string; readonly value: string } | undefined {
  const match = /^([a-zA-Z_]\w*)=(.+)$/.exec(text);
  return match ? { name: match[1]!, value: match[2]! } : undefined;
}
