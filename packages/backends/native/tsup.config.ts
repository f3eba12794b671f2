import { library } from '@thinkbits-internal/tools/tsup';

export default library();
