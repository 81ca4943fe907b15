/** The Prometheus-compatible server: how it was found and reached, and what it holds of what commands read. */

import { inspectPrometheus, type MetricFamily, type PrometheusInspection } from '../../collect/prometheus/inspect.ts';
import type { Check } from '../../types/doctor.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import type { DoctorRequest, ReachedCluster } from './request.ts';

const SUBJECT = 'prometheus';

/** Use is looked at over a week where there is one. */
const WANTED_DAYS = 7;

export async function checkPrometheus({ client }: ReachedCluster, request: DoctorRequest): Promise<readonly Check[]> {
  const { prometheus, runtime, signal } = request;
  if (!prometheus.enabled) return [{ subject: SUBJECT, state: 'skipped', says: 'switched off by --prometheus=false' }];
  try {
    const found = await inspectPrometheus(client, prometheus, { nowMs: runtime.now(), signal, runtime });
    if (!('state' in found)) return checksOf(found);
    const { reason = found.state, remedy } = found;
    return [
      {
        subject: SUBJECT,
        state: client.simulated ? 'skipped' : 'warning',
        says: reason,
        ...(remedy !== undefined && { remedy }),
      },
    ];
  } catch (error) {
    if (!(error instanceof UpidError) || error.id === 'cancelled') throw error;
    return [
      { subject: SUBJECT, state: 'warning', says: messageOf(error), ...(error.remedy !== undefined && { remedy: error.remedy }) },
    ];
  }
}

function checksOf(found: PrometheusInspection): readonly Check[] {
  const { name, labels, passedOver, reachesDays, scrapeSeconds } = found;
  const tried = passedOver.length === 0 ? '' : `; passed over: ${passedOver.join('; ')}`;
  const labelled =
    labels && `labels ${labels.namespace}, ${labels.pod}${labels.container === undefined ? '' : `, ${labels.container}`}`;
  const reached: Check = {
    subject: SUBJECT,
    state: labels ? 'ok' : 'warning',
    says: `${name} answers${labelled ? ` (${labelled})` : ', but has no container metrics'}${tried}`,
    ...(!labels && { remedy: 'have it scrape the cAdvisor metrics of the kubelets (/metrics/cadvisor)' }),
  };
  return [
    reached,
    ...FAMILIES.map((family) => familyCheck(found, family)),
    ...(labels ? [reachCheck(reachesDays, scrapeSeconds)] : []),
  ];
}

const FAMILIES: readonly MetricFamily[] = ['cpu', 'memory', 'network', 'kube-state-metrics', 'requests'];

const KUBELETS = 'have it scrape the cAdvisor metrics of the kubelets (/metrics/cadvisor)';

const REMEDIES: Readonly<Record<MetricFamily, string>> = {
  cpu: KUBELETS,
  memory: KUBELETS,
  network: KUBELETS,
  'kube-state-metrics': 'nothing that is needed: install kube-state-metrics for dashboards of your own',
  requests: 'have it scrape the ingress controller, the mesh, or the apps themselves, so that requests tell what is used',
};

function familyCheck({ series, requestMetrics }: PrometheusInspection, family: MetricFamily): Check {
  const count = series[family];
  const subject = `${SUBJECT}: ${family}`;
  const figures = { series: count };
  if (count === 0) {
    // No verdict rests on it.
    const state = family === 'kube-state-metrics' ? 'skipped' : 'warning';
    return { subject, state, says: 'no series', remedy: REMEDIES[family], figures };
  }
  const which = family === 'requests' ? ` of ${requestMetrics.join(', ')}` : '';
  return { subject, state: 'ok', says: `${count} series${which}`, figures };
}

function reachCheck(days: number, scrapeSeconds: number | undefined): Check {
  const figures = { reachesDays: days, ...(scrapeSeconds !== undefined && { scrapeSeconds }) };
  const dense = scrapeSeconds === undefined ? '' : `; a sample every ${scrapeSeconds} s`;
  const subject = `${SUBJECT}: reach`;
  const says = days === 0 ? `it held nothing a day ago${dense}` : `it holds samples of ${days} days ago${dense}`;
  if (days >= WANTED_DAYS) return { subject, state: 'ok', says, figures };
  return {
    subject,
    state: 'warning',
    says,
    remedy: 'wait, or raise its retention (--storage.tsdb.retention.time): verdicts and forecasts look back a week and more',
    figures,
  };
}
