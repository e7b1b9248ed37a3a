/* en.js - English words for names of new rooms: common, short, easily said and spelled. */
/* SPDX-License-Identifier: MIT */

export default (
  'acorn almond amber anchor apple apricot april arrow aspen autumn badge bagel bamboo ' +
  'banana banjo barley basil basket beach beacon beaver bell berry birch biscuit blanket ' +
  'blossom blue boat bonfire book border bottle bread breeze brick bridge bright broom ' +
  'brush bubble bucket butter button cabin cactus cake camel camera candle canoe canyon ' +
  'carpet carrot castle cedar celery chalk cherry chestnut chimney circle citrus clay ' +
  'clever cliff clock cloud clover coast cobalt cocoa coconut coffee comet compass cookie ' +
  'copper coral corner cotton cousin cradle crane crayon cricket crystal cuckoo cup curtain ' +
  'cushion dahlia daisy dance dawn desert diamond dolphin donkey door dragon drawer drum ' +
  'eagle early east easy echo elbow elm ember emerald engine evening falcon feather fence ' +
  'fern fiddle field finch finger flag flame flute forest fossil fountain fox friend frost ' +
  'garden garlic gentle ginger giraffe glacier glove golden goose granite grape grass green ' +
  'guitar hammer harbor harvest hazel heart helmet heron hill honey horizon house humble ' +
  'igloo indigo island ivory ivy jacket jasmine jelly jewel jolly juniper kayak kettle kind ' +
  'kitchen kite kitten koala ladder lagoon lake lamp lantern laurel lemon leopard letter ' +
  'lilac lily linen lion little lively lizard lobster lotus lucky magnet mango maple marble ' +
  'march meadow mellow melody melon merry mint mirror misty monday moon morning mosaic moss ' +
  'mountain muffin museum music mustard nectar needle nest noble north nutmeg oak oasis ' +
  'ocean olive onion opal orange orbit orchard orchid otter oval owl oyster paddle page ' +
  'palm panda paper parrot pasta path peach peanut pebble pelican pencil penguin pepper ' +
  'piano picnic pigeon pillow pine pink planet plum pocket polar pond poplar poppy porch ' +
  'potato prairie pretty puddle pumpkin purple puzzle quartz quick quiet quilt rabbit ' +
  'raccoon radio radish raft rainbow raven ribbon ridge river robin rocket rosemary ruby ' +
  'sable saddle saffron salad salmon sand sapphire saturn scarf school seagull shell ' +
  'shelter shore silver simple sketch sled smooth snow sofa soft spark sparrow spinach ' +
  'spiral spoon spring spruce squirrel stable star steady stone stork story stream summer ' +
  'sunday sunny sunrise swan swift table tango teapot temple thunder thyme tiger timber ' +
  'toast tomato topaz tower train travel treasure trumpet tulip tunnel turnip turtle ' +
  'twilight umbrella valley vanilla velvet village violet violin walnut walrus warm water ' +
  'wave west whale wheat willow window winter wolf wonder wooden yellow yogurt zebra zephyr'
).split(' ');
