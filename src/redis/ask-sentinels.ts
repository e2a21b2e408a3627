import { RqdError, coerceError } from '../errors.js'
import { askSentinel, type SentinelAccess, type Server } from './sentinel-client.js'

/**
 * Ask all sentinels for the master at once. What most of them say counts, as soon as no other answer can outvote it: a
 * sentinel that is cut off from the others may go on naming a master that they have replaced.
 * @throws RqdError RQD_REDIS with what each of them said, if none names one
 */
export async function askSentinels(access: SentinelAccess, signal: AbortSignal): Promise<Server> {
  const { instances } = access.address
  const enough = Math.floor(instances.length / 2) + 1
  const votes = new Map<string, { server: Server; count: number }>()
  const failures: string[] = []
  const rest = new AbortController()
  try {
    return await new Promise<Server>((resolve, reject) => {
      let open = instances.length
      const decide = (): void => {
        const [first] = [...votes.values()].sort((a, b) => b.count - a.count)
        if (first !== undefined && (first.count >= enough || open === 0)) resolve(first.server)
        else if (open === 0) reject(new RqdError('RQD_REDIS', failures.join('; ')))
      }
      const count = (server: Server): void => {
        const name = `${server.host}:${server.port}`
        const vote = votes.get(name)
        if (vote === undefined) votes.set(name, { server, count: 1 })
        else vote.count += 1
      }
      for (const instance of instances) {
        void askSentinel(access, instance, AbortSignal.any([signal, rest.signal]))
          .then(count, (thrown: unknown) => failures.push(coerceError(thrown).message))
          .finally(() => {
            open -= 1
            decide()
          })
      }
    })
  } finally {
    rest.abort()
  }
}
