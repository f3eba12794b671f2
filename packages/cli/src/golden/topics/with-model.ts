import { folderFiles } from '@thinkbits/checkpoint/node';
import { loadModel, type Model } from '@thinkbits/inference';
import { textOf } from '../settings.js';
import type { CaseContext } from '../topic.js';

/** The float model of a case; closed when the work is done. */
export async function withModel<Result>(
  { settings, modelDirectory, signal }: CaseContext,
  work: (model: Model) => Promise<Result>,
): Promise<Result> {
  const model = await loadModel(folderFiles(modelDirectory(textOf(settings, 'model'))), { signal });
  try {
    return await work(model);
  } finally {
    model.dispose();
    await model.checkpoint.close();
  }
}
