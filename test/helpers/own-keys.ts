import type { Redis } from 'ioredis'

/** What daemons have left under keys of their own, apart from the history, which is there for a day. */
export async function ownKeys(client: Redis): Promise<string[]> {
  return (await client.keys('rqd:*')).filter((key) => !/^rqd:history:\d+$/.test(key)).sort()
}
