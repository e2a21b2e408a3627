import { RqdError } from '../../src/errors.js'
import { isClusterUrl } from '../../src/redis/cluster/address.js'
import { checkClusterPrefix } from '../../src/redis/cluster/open.js'
import { isLocal, parseHttpAddress } from '../http/address.js'
import { TENANT_PLACE, doubledTenant } from '../tenants/tenant.js'
import { describeValue } from './describe-value.js'
import type { Config } from './schema.js'

type Together = Pick<
  Config,
  | ('url' | 'sentinel' | 'prefix' | 'queues' | 'dequeueStrategy' | 'weights' | 'fresh' | 'concurrency')
  | (ReadSocket | Http | 'tenants' | OfOnePrefix)
>
/** Options whose functions, classes or counts are made for the jobs of one prefix. */
const ofOnePrefix = [
  'maxJobs',
  'maxIdleTime',
  'exceptionHandlers',
  'hooks',
  'workerClass',
  'jobClass',
  'queueClass',
] as const
type OfOnePrefix = (typeof ofOnePrefix)[number]
type Http = 'http' | 'httpAccess'
type ReadSocket = 'readSocket' | 'readSocketMode' | 'readSocketGroup'

/** Options that do not fit each other. @throws RqdError RQD_BAD_OPTION */
export function checkTogether(config: Together): void {
  const { queues, dequeueStrategy, weights, fresh, concurrency } = config
  checkReadSocket(config)
  checkHttp(config)
  checkTenants(config)
  if (config.sentinel === undefined && isClusterUrl(config.url)) checkClusterPrefix(config.prefix)
  const weighted = Object.keys(weights)
  const stranger = weighted.find((queue) => !queues.includes(queue))
  if (stranger !== undefined) {
    const text = `weights names the queue ${JSON.stringify(stranger)}, which is not served: expected one of ${queues.join(', ')}`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  if (weighted.length > 0 && dequeueStrategy !== 'weighted') {
    const text = `weights can count only where dequeueStrategy is "weighted"; it is ${JSON.stringify(dequeueStrategy)}`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  if (fresh && concurrency > 1) {
    const text = `concurrency is ${concurrency} and fresh is true: a process of its own for each job runs one job at a time; leave out one of them`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
}

/** Where other machines come, nobody is let in without a token. */
function checkHttp({ http, httpAccess = 'nothing' }: Pick<Config, Http>): void {
  if (http === undefined || httpAccess === 'nothing' || isLocal(parseHttpAddress(http))) return
  const text = `httpAccess lets visitors without a token ${httpAccess}, and other machines reach ${http}: leave it out, or listen on 127.0.0.1`
  throw new RqdError('RQD_BAD_OPTION', text)
}

function checkReadSocket({ readSocket, readSocketMode, readSocketGroup }: Pick<Config, ReadSocket>): void {
  if (readSocket !== undefined) return
  const name = readSocketMode !== undefined ? 'readSocketMode' : readSocketGroup !== undefined ? 'readSocketGroup' : ''
  if (name === '') return
  const text = `${name} is given without readSocket: name the path of the socket that it is for`
  throw new RqdError('RQD_BAD_OPTION', text)
}

function checkTenants(config: Pick<Config, 'tenants' | 'prefix' | OfOnePrefix>): void {
  const { tenants, prefix } = config
  if (tenants.length === 0) return
  const doubled = doubledTenant(tenants)
  if (doubled !== undefined) {
    throw new RqdError('RQD_BAD_OPTION', `tenants names ${JSON.stringify(doubled)} more than once; name it once`)
  }
  const names = tenants.map(({ name }) => name).join(', ')
  if (!prefix.includes(TENANT_PLACE)) {
    const text = `prefix is ${JSON.stringify(prefix)} and there are tenants (${names}): expected ${TENANT_PLACE} in it, where the name of each goes, or no prefix at all`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  for (const key of ofOnePrefix) {
    const value = config[key]
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue
    const text = `${key} is ${describeValue(value)} and there are tenants (${names}): it is made for the jobs of one prefix; leave out one of them, or give each tenant a daemon`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
}
