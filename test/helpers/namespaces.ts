import { type Test } from 'tap'
import { Network, withoutNetworks } from '../../chaos/netns/network.js'

/** Why tests on several hosts cannot run here; false where they can. In CI they always must. */
export const withoutNamespaces: string | false = process.env['CI'] === 'true' ? false : (withoutNetworks() ?? false)

/** Hosts on a network of their own, removed with the test. @throws Error saying what this machine lacks */
export async function startNetwork(t: Test, hosts: number): Promise<Network> {
  const lack = withoutNetworks()
  if (lack !== undefined) throw new Error(`tests on several hosts cannot run here: ${lack}`)
  const network = await Network.make(hosts)
  t.teardown(() => network.remove())
  return network
}
