// The kernels of one instruction set; compiled once per set, with THINKBITS_KERNELS naming the table.
#include "activations.h"
#include "attention.h"
#include "compensation.h"
#include "elementwise.h"
#include "float-elements.h"
#include "kernels.h"
#include "kv-store.h"
#include "linear.h"
#include "matmul.h"
#include "rounded-inputs.h"
#include "sampling.h"
#if defined(THINKBITS_SHORT_SUMS) && THINKBITS_WIDTH == 8
#include "linear-digits.h"
#endif

#define THINKBITS_TEXT(name) #name
#define THINKBITS_STRING(name) THINKBITS_TEXT(name)

static const Kernels table = {
    THINKBITS_STRING(THINKBITS_SET),
    tileRows,
    blockRows,
    blockColumns,
    matmulBlock,
    packedFloats,
    packRows,
    matmulStreams,
    matmulStream,
    tileColumns,
    {tileRows, nearRows, packFloatPanel, inputWidth, arrangeTile, linearScratch, linearProduct},
    {},
#if defined(THINKBITS_SHORT_SUMS) && THINKBITS_WIDTH == 8
    digitKernels,
    digitsServe,
#else
    {},
    nullptr,
#endif
    dotsOfBytes,
    roundedTileRows,
    roundedRowWords,
    roundTile,
    roundedTileScratch,
    linearRounded,
    binaryRow,
    compareRow,
    clipRow,
    unaryRow,
    reduceEachRow,
    reduceEachColumn,
    softmaxEachRow,
    rmsNormEachRow,
    swigluEachRow,
    rotateToken,
    roundTokens,
    roundTokensToFloats,
    hadamardRows,
    transposeRows,
    storeToken,
    storePage,
    likeliestToken,
    weighTokens,
    attend,
    packFeedback,
    correctRows,
    sweepRows,
    factorDiagonal,
    factorBelow,
    solveColumns,
    allFiniteOf,
};

const Kernels* THINKBITS_KERNELS() { return &table; }
