import { type Test } from 'tap'
import { Network, type NetworkOptions } from '../../chaos/netns/network.js'
import { withoutNetworks, withoutSlowLinks } from '../../chaos/netns/probe.js'

/** Why tests on several hosts cannot run here; false where they can. In CI they always must. */
export const withoutNamespaces: string | false = process.env['CI'] === 'true' ? false : (withoutNetworks() ?? false)

/** The same of tests whose links are made slower. */
export const withoutDelays: string | false = process.env['CI'] === 'true' ? false : (withoutSlowLinks() ?? false)

/** Hosts on a network of their own, removed with the test. @throws Error saying what this machine lacks */
export async function startNetwork(t: Test, hosts: number, options: NetworkOptions = {}): Promise<Network> {
  const lack = options.slow === true ? withoutSlowLinks() : withoutNetworks()
  if (lack !== undefined) throw new Error(`tests on several hosts cannot run here: ${lack}`)
  const network = await Network.make(hosts, options)
  t.teardown(() => network.remove())
  return network
}
