import { RqdError } from '../../src/errors.js'
import { isClusterUrl } from '../../src/redis/cluster/address.js'
import { checkClusterPrefix } from '../../src/redis/cluster/open.js'
import { isLocal, parseHttpAddress } from '../http/address.js'
import type { Config } from './schema.js'

type Together = Pick<
  Config,
  | ('url' | 'sentinel' | 'prefix' | 'queues' | 'dequeueStrategy' | 'weights' | 'fresh' | 'concurrency')
  | (ReadSocket | Http)
>
type Http = 'http' | 'httpAccess'
type ReadSocket = 'readSocket' | 'readSocketMode' | 'readSocketGroup'

/** Options that do not fit each other. @throws RqdError RQD_BAD_OPTION */
export function checkTogether(config: Together): void {
  const { queues, dequeueStrategy, weights, fresh, concurrency } = config
  checkReadSocket(config)
  checkHttp(config)
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
