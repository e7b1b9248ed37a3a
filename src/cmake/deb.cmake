# deb.cmake - the Debian package of the relay: cpack --preset deb, once it is built.
# SPDX-License-Identifier: MIT
#
# It has the program, the unit with a user of its own, a configuration, the manual, and the page
# where that has been built. Its files are the component `deb`, which `cmake --install` leaves out:
# it installs the same below its own prefix.
include_guard()
if(NOT TARGET peerface-relay OR NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

set(PF_WEB "${PROJECT_SOURCE_DIR}/build/wasm/web" CACHE PATH "The page for the Debian package")
set(debian "${PROJECT_SOURCE_DIR}/src/relay/debian")
set(made "${PROJECT_BINARY_DIR}/src/relay/app/deb")
macro(pf_package)
  install(${ARGN} COMPONENT deb EXCLUDE_FROM_ALL)
endmacro()
pf_package(TARGETS peerface-relay DESTINATION usr/bin)
pf_package(FILES "${made}/peerface-relay.service" src/relay/systemd/peerface-relay.socket
           DESTINATION usr/lib/systemd/system)
pf_package(FILES "${made}/relay.conf" DESTINATION etc/peerface)
pf_package(FILES src/relay/OPERATING.md DESTINATION usr/share/doc/peerface-relay)
pf_package(FILES src/relay/grafana.json DESTINATION usr/share/peerface)
pf_package(FILES LICENSE DESTINATION usr/share/doc/peerface-relay RENAME copyright)
pf_package(DIRECTORY DESTINATION usr/share/peerface/web)
install(DIRECTORY "${PF_WEB}/" DESTINATION usr/share/peerface/web COMPONENT deb EXCLUDE_FROM_ALL
        OPTIONAL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME peerface-relay)
set(CPACK_PACKAGE_CONTACT "peerface developers <nobody@peerface.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "signaling relay for video calls between browsers")
set(CPACK_PACKAGE_DESCRIPTION "Introduces browsers to one another and serves the page of the calls.
Sound and picture go from browser to browser and never pass the relay.")
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL deb)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
    GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "coturn, certbot, nginx | haproxy, redis-server | valkey-server")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${debian}/conffiles" "${debian}/postinst"
    "${debian}/prerm" "${debian}/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
