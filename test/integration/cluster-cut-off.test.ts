import t from 'tap'
import { startScene } from '../helpers/cluster-load.js'
import { loseMaster } from '../helpers/lose-master.js'
import { waitFor } from '../helpers/wait-for.js'

t.test(
  'W15: a master of a cluster that is cut off from all others under load costs no job that its replicas have acknowledged, and no restart; it follows when it is back',
  {
    timeout: 300_000,
    skip: process.platform !== 'linux' && 'relays tell nodes apart by addresses that only Linux has',
  },
  async (t) => {
    const scene = await startScene(t, { relayed: true })
    const { cluster, master } = scene
    await loseMaster(
      t,
      scene,
      () => cluster.cutOff(master),
      async () => {
        const alone = async (): Promise<boolean> =>
          String(await master.client.call('CLUSTER', 'INFO')).includes('cluster_state:fail')
        await waitFor('the master to see no cluster any more', alone)
        cluster.mend()
      },
    )
  },
)
