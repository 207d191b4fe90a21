// Boost.JSON's definitions, here once: Debian's libboost1.81-dev brings its headers without the library.
#include <boost/json/src.hpp>
