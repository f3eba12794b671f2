import { library } from '@thinkbits-internal/tools/tsup';

export default library({
  entry: ['src/index.ts', 'src/main.ts', 'src/worker-engine.ts'],
  dts: { entry: 'src/index.ts' },
});
