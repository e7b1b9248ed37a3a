/* room.hpp - peerface/client.h as a C++ program may wrap it: an owner and a handler. */
/* SPDX-License-Identifier: MIT */
#ifndef BUZZER_ROOM_HPP
#define BUZZER_ROOM_HPP

#include <peerface/client.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

class Room
{
  public:
    using Handler = std::function<void(const pf_client_event &)>;

    Room(unsigned media, const char *channel, Handler handler) : handler_(std::move(handler))
    {
        pf_client_config config = pf_client_defaults();
        config.media = media;
        config.channel = channel;
        config.user = this;
        config.on_event = [](pf_client *, const pf_client_event *event, void *user) {
            static_cast<Room *>(user)->handler_(*event);
        };
        pf_result why = PF_OK;
        client_.reset(pf_client_open(&config, &why));
        if (!client_) {
            throw std::runtime_error("peerface: " + std::to_string(why));
        }
    }

    /* The client calls back to this object. */
    Room(const Room &) = delete;
    Room &operator=(const Room &) = delete;

    bool join(const std::string &room, const std::string &name)
    {
        return pf_client_join(client_.get(), room.c_str(), name.c_str()) == PF_OK;
    }

    /* To everybody who is there. */
    bool send(std::string_view text)
    {
        return pf_client_send(client_.get(), PF_PEER_ALL, text.data(), text.size(), PF_SEND_TEXT) >=
               0;
    }

    std::string name_of(pf_peer_id peer) const
    {
        char name[PF_CLIENT_NAME_SIZE_MAX + 1];
        return pf_client_peer_name(client_.get(), peer, name, sizeof name) >= 0 ? name : "";
    }

    bool show(pf_peer_id peer, const char *video_selector)
    {
        return pf_client_show(client_.get(), peer, video_selector) == PF_OK;
    }

  private:
    struct Closer {
        void operator()(pf_client *client) const
        {
            pf_client_close(client);
        }
    };
    Handler handler_;
    std::unique_ptr<pf_client, Closer> client_;
};

#endif
