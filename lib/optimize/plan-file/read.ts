/** A plan from the text of a file, JSON or YAML: every field is looked at before anything is done with it. */

import { parseDocument } from 'yaml';
import { messageOf, UpidError } from '../../types/errors.ts';
import type { Money } from '../../types/money.ts';
import type {
  Declined,
  DryRunResult,
  Emitted,
  Plan,
  Recommendation,
  ReplayedHours,
  Risk,
  RiskFactor,
  Savings,
  ValueChange,
} from '../../types/plan.ts';
import { parseQuantity } from '../../types/quantity.ts';
import type { ClusterIdentity, ObjectReference, Resources } from '../../types/workload.ts';
import { Field, type Fields } from './fields.ts';
import { checkShown, readOperations } from './operations.ts';

/** Some 10,000 recommendations; what is larger is no plan of this program. */
export const LARGEST_PLAN_BYTES = 64 * 2 ** 20;

/**
 * Takes back what `writePlan` writes and `optimize -o yaml|json` prints. Fields of the metadata that are not known are left
 * aside, as they only tell where the plan comes from; elsewhere a field that is not known is refused. Amounts that stand twice
 * (`savedCpu` beside `savedCpuCores`) are taken from the number.
 * @param name of the file, for what is wrong in it
 * @throws UpidError input-invalid, naming file and place, and what would be right
 */
export function readPlan(text: string, name: string): Plan {
  const fields = new Field(name, '', parsed(text, name)).object(['apiVersion', 'kind', 'metadata', 'items', 'declined']);
  const apiVersion = fields.get('apiVersion').oneOf('upid.dev/v1alpha1');
  const kind = fields.get('kind').oneOf('OptimizationPlan');
  const metadata = fields.get('metadata').object(['simulated', 'cluster', 'madeAt', 'evidence', ...SAVINGS], 'all others');
  const evidence = metadata.get('evidence').object(['from', 'to', 'sources']);
  return {
    apiVersion,
    kind,
    cluster: readCluster(metadata),
    madeAtMs: metadata.get('madeAt').instant(),
    evidence: {
      fromMs: evidence.get('from').instant(),
      toMs: evidence.get('to').instant(),
      sources: evidence.get('sources').texts(),
    },
    recommendations: fields.get('items').list().map(readRecommendation),
    declined: fields.get('declined').list().map(readDeclined),
    savings: readSavings(metadata),
  };
}

function parsed(text: string, name: string): unknown {
  if (text.length > LARGEST_PLAN_BYTES)
    throw new UpidError('input-invalid', `${name} is too large for a plan`, {
      remedy: 'it should be what optimize -o yaml prints',
    });
  const plain = text.replace(/^\uFEFF/, '');
  try {
    if (/^\s*\{/.test(plain)) return JSON.parse(plain);
  } catch {
    // YAML may begin so too, and says the line.
  }
  const document = parseDocument(plain, { prettyErrors: true, logLevel: 'error' });
  const [wrong] = document.errors;
  try {
    if (wrong) throw wrong;
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    const [why = ''] = messageOf(error).split('\n');
    const told = /alias/i.test(why) ? 'aliases are not read' : why.replace(/:$/, '');
    throw new UpidError('input-invalid', `${name} is neither JSON nor YAML: ${told}`, {
      remedy: 'it should be what optimize -o yaml prints',
      cause: error,
    });
  }
}

function readCluster(metadata: Fields): ClusterIdentity {
  const fields = metadata.get('cluster').object(['id', 'context', 'server', 'version']);
  const version = fields.optional('version', (field) => field.text());
  return {
    id: fields.get('id').filledText(),
    context: fields.get('context').text(),
    server: fields.get('server').text(),
    ...(version !== undefined && { version }),
    simulated: metadata.get('simulated').flag(),
  };
}

const REFERENCE = ['namespace', 'kind', 'name', 'apiVersion', 'uid'];
const SAVINGS = ['savedCpuCores', 'savedMemoryBytes', 'savedMonthlyAmount', 'currency', 'priceSource'];

const RECOMMENDATION = [
  ...REFERENCE,
  'recommendation',
  'confidence',
  'risk',
  'riskFactors',
  'reason',
  'replicas',
  'requestedCpuCores',
  'requestedMemoryBytes',
  ...SAVINGS,
  'dryRun',
  'dryRunReason',
  'warnings',
  'changes',
  'patch',
  'undo',
  'emitted',
];

/** Written for those who read without reckoning: each follows from another field. */
const SAID_TWICE = ['requestedCpu', 'requestedMemory', 'savedCpu', 'savedMemory', 'simulated'];

function readRecommendation(field: Field): Recommendation {
  const fields = field.object(RECOMMENDATION, SAID_TWICE);
  const kind = fields.get('recommendation').oneOf('scale-to-zero', 'rightsize', 'schedule', 'storage');
  const target = readReference(fields);
  const confidence = fields.optional('confidence', (each) => each.fraction());
  const emitted = fields.optional('emitted', readEmitted);
  const changes = fields.get('changes').list().map(readChange);
  const patch = readOperations(fields.get('patch'), kind, target);
  const undo = readOperations(fields.get('undo'), kind, target);
  if (patch.length > 0 && undo.length === 0) fields.get('undo').refuse('the operations that take the patch back');
  checkShown(fields.get('patch'), patch, changes);
  return {
    kind,
    target,
    replicas: fields.get('replicas').whole(0),
    reason: fields.get('reason').filledText(),
    ...(confidence !== undefined && { confidence }),
    risk: readRisk(fields),
    changes,
    patch,
    undo,
    ...(emitted !== undefined && { emitted }),
    requestedBefore: readRequested(fields),
    savings: readSavings(fields),
    warnings: fields.get('warnings').texts(),
    dryRun: readDryRun(fields),
  };
}

function readReference(fields: Fields): ObjectReference {
  return {
    apiVersion: fields.get('apiVersion').matching(/^(?:[a-z0-9][-a-z0-9.]*\/)?v[a-z0-9]+$/, 'an API version, such as apps/v1'),
    kind: fields.get('kind').matching(/^[A-Za-z][A-Za-z0-9]*$/, 'a kind, such as Deployment'),
    // Empty for objects of the whole cluster.
    namespace: fields.get('namespace').matching(/^(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)?$/, 'the name of a namespace'),
    // What the API server takes as part of a path.
    name: fields.get('name').matching(/^(?!\.{1,2}$)[^/%\s]{1,253}$/, 'the name of an object'),
    uid: fields.get('uid').text(),
  };
}

function readRisk(fields: Fields): Risk {
  return { value: fields.get('risk').fraction(), factors: fields.get('riskFactors').list().map(readFactor) };
}

function readFactor(field: Field): RiskFactor {
  const fields = field.object(['name', 'logOdds', 'evidence']);
  return {
    name: fields.get('name').filledText(),
    logOdds: fields.get('logOdds').number(),
    evidence: fields.get('evidence').text(),
  };
}

function readChange(field: Field): ValueChange {
  const fields = field.object(['container', 'field', 'from', 'to', 'rule', 'evidence', 'replayed']);
  const container = fields.optional('container', (each) => each.filledText('the name of a container'));
  const from = fields.optional('from', (each) => each.text());
  const replayed = fields.optional('replayed', readReplayed);
  const to = fields.get('to');
  if (parseQuantity(to.text()) === undefined) to.refuse('a quantity, such as 250m or 1Gi');
  return {
    ...(container !== undefined && { container }),
    field: fields.get('field').oneOf('replicas', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'),
    ...(from !== undefined && { from }),
    to: to.text(),
    rule: fields.get('rule').filledText(),
    evidence: fields.get('evidence').text(),
    ...(replayed !== undefined && { replayed }),
  };
}

function readReplayed(field: Field): ReplayedHours {
  const fields = field.object(['hours', 'exceeded', 'from', 'to']);
  return {
    hours: fields.get('hours').whole(0),
    exceeded: fields.get('exceeded').whole(0),
    fromMs: fields.get('from').instant(),
    toMs: fields.get('to').instant(),
  };
}

function readEmitted(field: Field): Emitted {
  const fields = field.object(['form', 'text', 'destination']);
  return {
    form: fields.get('form').oneOf('kustomize', 'helm-values', 'manifests'),
    text: fields.get('text').filledText(),
    destination: fields.get('destination').filledText(),
  };
}

function readRequested(fields: Fields): Resources {
  const cpuCores = fields.optional('requestedCpuCores', (field) => field.number(0));
  const memoryBytes = fields.optional('requestedMemoryBytes', (field) => field.number(0));
  return { ...(cpuCores !== undefined && { cpuCores }), ...(memoryBytes !== undefined && { memoryBytes }) };
}

function readSavings(fields: Fields): Savings {
  return {
    cpuCores: fields.get('savedCpuCores').number(),
    memoryBytes: fields.get('savedMemoryBytes').number(),
    monthly: readMoney(fields),
    priceSource: fields.get('priceSource').text(),
  };
}

function readMoney(fields: Fields): Money {
  return {
    amount: fields.get('savedMonthlyAmount').number(),
    currency: fields.get('currency').matching(/^[A-Z]{3}$/, 'a currency of ISO 4217, such as USD'),
  };
}

function readDryRun(fields: Fields): DryRunResult {
  const state = fields.get('dryRun').oneOf('accepted', 'rejected', 'forbidden', 'failed', 'not-asked');
  return state === 'accepted' ? { state } : { state, reason: fields.get('dryRunReason').text() };
}

function readDeclined(field: Field): Declined {
  const fields = field.object([...REFERENCE, 'container', 'resource', 'reason']);
  const container = fields.optional('container', (each) => each.filledText('the name of a container'));
  const resource = fields.optional('resource', (each) => each.oneOf('cpu', 'memory', 'replicas'));
  return {
    target: readReference(fields),
    ...(container !== undefined && { container }),
    ...(resource !== undefined && { resource }),
    reason: fields.get('reason').filledText(),
  };
}
